using System.Globalization;
using System.Security.Claims;
using Kiket.Api.SignIn;
using Kiket.Application.OAuth;
using Kiket.Domain.Common;
using MediatR;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Kiket.Api.OAuth;

/// <summary>
/// The decisions that the OAuth server leaves to us: whom a token identifies and what it allows. The server has already checked
/// the request and the client, and writes the responses.
/// </summary>
internal static class OAuthEndpoints
{
    public const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static void MapOAuth(this IEndpointRouteBuilder app)
    {
        var oauth = app.MapGroup("").ExcludeFromDescription();

        oauth.MapPost(OAuthSetup.TokenPath, ExchangeAsync);
        oauth.MapPost(OAuthSetup.DocumentedTokenPath, ExchangeAsync);
        oauth.MapMethods(OAuthSetup.AuthorizationPath, [HttpMethods.Get, HttpMethods.Post], ConsentPages.AuthorizeAsync);
        oauth.MapMethods(OAuthSetup.VerificationPath, [HttpMethods.Get, HttpMethods.Post], DevicePages.VerifyAsync);
        oauth.MapMethods(OAuthSetup.UserInfoPath, [HttpMethods.Get, HttpMethods.Post], DescribeUserAsync);
        oauth.MapMethods(OAuthSetup.EndSessionPath, [HttpMethods.Get, HttpMethods.Post], AskToSignOut);
    }

    public static OpenIddictRequest RequestOf(HttpContext context) =>
        context.GetOpenIddictServerRequest()
        ?? throw new InvalidOperationException("The request has not passed the OAuth server.");

    /// <summary>Whether a scope is about the user and not about the API.</summary>
    public static bool IsOfOpenId(string scope) =>
        scope is Scopes.OpenId or Scopes.Profile or Scopes.Email or Scopes.OfflineAccess;

    public static IReadOnlyList<string> ApiScopesOf(OpenIddictRequest request) =>
        [.. request.GetScopes().Where(s => !IsOfOpenId(s))];

    public static ClaimsIdentity IdentityOf(UserAccess access)
    {
        var identity = NewIdentity(access.UserId, access.Name, access.Scopes).SetClaim(Claims.Email, access.Email);
        identity.SetDestinations(claim =>
            claim.Type switch
            {
                Claims.Name when identity.HasScope(Scopes.Profile) => [Destinations.AccessToken, Destinations.IdentityToken],
                Claims.Email when identity.HasScope(Scopes.Email) => [Destinations.AccessToken, Destinations.IdentityToken],
                Claims.Email => [],
                _ => [Destinations.AccessToken],
            }
        );
        return identity;
    }

    public static IResult SignIn(ClaimsIdentity identity) => Results.SignIn(new(identity), authenticationScheme: Scheme);

    public static IResult Refusal(string error, string description) =>
        Results.Forbid(
            new(
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
                }
            ),
            [Scheme]
        );

    /// <summary>The page has a button, because any site can lead a user here.</summary>
    private static RedirectHttpResult AskToSignOut() => TypedResults.LocalRedirect(SignInPages.SignOutPath);

    private static async Task<IResult> ExchangeAsync(HttpContext context, IMediator mediator, CancellationToken ct)
    {
        var request = RequestOf(context);
        if ((await CheckAddressAsync(context, request.ClientId!, mediator, ct)).Error is { } elsewhere)
            return Refusal(Errors.InvalidClient, elsewhere.Message);
        if (!request.IsClientCredentialsGrantType())
            return await ContinueAsync(context, request, mediator, ct);
        var granted = await mediator.Send(new GrantClientCredentialsQuery(request.ClientId!, [.. request.GetScopes()]), ct);
        if (granted.Error is { } error)
            return Refusal(Errors.InvalidScope, error.Message);
        var identity = NewIdentity(granted.Value.UserId, granted.Value.Name, granted.Value.Scopes);
        identity.SetDestinations(_ => [Destinations.AccessToken]);
        await RecordAsync(context, request, granted.Value.UserId, mediator, ct);
        return SignIn(identity);
    }

    /// <summary>A code or a refresh token gives what the user has allowed, while the user is active.</summary>
    private static async Task<IResult> ContinueAsync(
        HttpContext context,
        OpenIddictRequest request,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var allowed = (await context.AuthenticateAsync(Scheme)).Principal!;
        var scopes = request.GetScopes() is { IsEmpty: false } fewer ? fewer : allowed.GetScopes();
        var granted = await mediator.Send(
            new GrantUserAccessQuery(request.ClientId!, UserOf(allowed), [.. scopes.Where(s => !IsOfOpenId(s))]),
            ct
        );
        if (granted.Error is { } error)
            return Refusal(Errors.InvalidGrant, error.Message);
        var identity = IdentityOf(granted.Value with { Scopes = scopes });
        await RecordAsync(context, request, granted.Value.UserId, mediator, ct);
        return SignIn(identity);
    }

    private static async Task RecordAsync(
        HttpContext context,
        OpenIddictRequest request,
        UserId user,
        IMediator mediator,
        CancellationToken ct
    )
    {
        PageCookie.Identify(context, request.IsDeviceCodeGrantType() ? "device_code" : request.GrantType!);
        await mediator.Send(new IssueTokensCommand(request.ClientId!, user), ct);
    }

    private static async Task<IResult> DescribeUserAsync(HttpContext context, IMediator mediator, CancellationToken ct)
    {
        var token = (await context.AuthenticateAsync(Scheme)).Principal!;
        var client = token.GetPresenters().First();
        var accepted = await CheckAddressAsync(context, client, mediator, ct);
        var user = await mediator.Send(new GrantUserAccessQuery(client, UserOf(token), []), ct);
        if ((accepted.Error ?? user.Error) is { } error)
            return Results.Challenge(
                new(
                    new Dictionary<string, string?>(StringComparer.Ordinal)
                    {
                        [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidToken,
                        [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = error.Message,
                    }
                ),
                [Scheme]
            );
        var claims = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Claims.Subject] = token.GetClaim(Claims.Subject)!,
        };
        if (token.HasScope(Scopes.Profile))
            claims[Claims.Name] = user.Value.Name;
        if (token.HasScope(Scopes.Email))
            claims[Claims.Email] = user.Value.Email;
        return Results.Json(claims);
    }

    private static Task<Result<bool>> CheckAddressAsync(
        HttpContext context,
        string client,
        IMediator mediator,
        CancellationToken ct
    ) => mediator.Send(new CheckApplicationAddressQuery(client, context.Connection.RemoteIpAddress), ct);

    private static ClaimsIdentity NewIdentity(UserId user, string name, IEnumerable<string> scopes) =>
        new ClaimsIdentity(Scheme, Claims.Name, Claims.Role)
            .SetClaim(Claims.Subject, user.Value.ToString(CultureInfo.InvariantCulture))
            .SetClaim(Claims.Name, name)
            .SetScopes(scopes);

    private static UserId UserOf(ClaimsPrincipal principal) =>
        new(long.Parse(principal.GetClaim(Claims.Subject)!, CultureInfo.InvariantCulture));
}
