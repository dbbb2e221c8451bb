using System.Globalization;
using System.Security.Claims;
using Kiket.Application.OAuth;
using MediatR;
using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Kiket.Api.OAuth;

/// <summary>
/// What the OAuth server leaves to us: whom a token speaks for and what it allows. It has checked the request and the client
/// before, and writes the answers.
/// </summary>
internal static class OAuthEndpoints
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static void MapOAuth(this IEndpointRouteBuilder app)
    {
        app.MapPost(OAuthSetup.TokenPath, ExchangeAsync).ExcludeFromDescription();
        app.MapPost(OAuthSetup.DocumentedTokenPath, ExchangeAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> ExchangeAsync(HttpContext context, IMediator mediator, CancellationToken ct)
    {
        var request = RequestOf(context);
        var granted = await mediator.Send(new GrantClientCredentialsQuery(request.ClientId!, [.. request.GetScopes()]), ct);
        if (granted.Error is { } error)
            return Refusal(Errors.InvalidScope, error.Message);

        var (user, name, scopes) = granted.Value;
        var identity = new ClaimsIdentity(Scheme, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, user.Value.ToString(CultureInfo.InvariantCulture)).SetClaim(Claims.Name, name);
        identity.SetScopes(scopes);
        identity.SetDestinations(_ => [Destinations.AccessToken]);
        return Results.SignIn(new(identity), authenticationScheme: Scheme);
    }

    private static OpenIddictRequest RequestOf(HttpContext context) =>
        context.GetOpenIddictServerRequest()
        ?? throw new InvalidOperationException("The request has not passed the OAuth server.");

    private static IResult Refusal(string error, string description) =>
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
}
