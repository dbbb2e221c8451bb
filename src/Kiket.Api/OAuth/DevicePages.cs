using Kiket.Api.SignIn;
using Kiket.Application.OAuth;
using Kiket.Application.Users;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Kiket.Api.OAuth;

/// <summary>The page on which a user enters the code of an application on another device, and allows it (RFC 8628).</summary>
internal static class DevicePages
{
    private const string Title = "Connect a device";

    public static async Task<IResult> VerifyAsync(HttpContext context, IMediator mediator, CancellationToken ct)
    {
        var request = OAuthEndpoints.RequestOf(context);
        var code = request.UserCode;
        if (await PageCookie.FindUserAsync(context) is not { } user)
            return Results.LocalRedirect(SignInPages.AddressFor(AddressOf(code)));
        if (string.IsNullOrEmpty(code))
            return CodeForm(context);
        var device = await context.AuthenticateAsync(OAuthEndpoints.Scheme);
        if (device is not { Succeeded: true, Principal: { } waiting } || waiting.GetClaim(Claims.ClientId) is not { } client)
            return CodeForm(context, code, "The code is wrong or has expired.");

        var requested = waiting.GetScopes();
        var granted = await mediator.Send(
            new GrantUserAccessQuery(client, user.Id, [.. requested.Where(s => !OAuthEndpoints.IsOfOpenId(s))]),
            ct
        );
        if (granted.Error is { } error)
            return CodeForm(context, code, error.Message);
        var access = requested.IsEmpty ? granted.Value : granted.Value with { Scopes = requested };
        var decision = HttpMethods.IsPost(context.Request.Method) ? (string?)request[ConsentPages.Decision] : null;
        if (decision is null)
            return Ask(context, user, access, code);
        if (!await Pages.IsOwnFormAsync(context))
            return Pages.Outdated(context);
        return decision == ConsentPages.Allow
            ? await AllowAsync(context, code, access, client, mediator, ct)
            : Results.Forbid(
                new AuthenticationProperties(
                    new Dictionary<string, string?>(StringComparer.Ordinal)
                    {
                        [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.AccessDenied,
                    }
                )
                {
                    RedirectUri = SignInPages.Path,
                },
                [OAuthEndpoints.Scheme]
            );
    }

    private static async Task<IResult> AllowAsync(
        HttpContext context,
        string code,
        UserAccess access,
        string client,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var allowed = await mediator.Send(new AllowApplicationCommand(client, access.Scopes, IsKept: false), ct);
        if (allowed.Error is { } error)
            return CodeForm(context, code, error.Message);
        var identity = OAuthEndpoints.IdentityOf(access).SetAuthorizationId(allowed.Value);
        return Results.SignIn(
            new(identity),
            new AuthenticationProperties { RedirectUri = SignInPages.Path },
            OAuthEndpoints.Scheme
        );
    }

    private static IResult Ask(HttpContext context, PageUser user, UserAccess access, string code) =>
        Pages.Page(
            context,
            $"Allow {access.Application}?",
            Pages.Form(
                context,
                OAuthSetup.VerificationPath,
                Html.Of(
                    $"""
                    <p>Allow this only if you have just started {access.Application} yourself, and it shows the code {code}.</p>
                    {ConsentPages.Choice(user, access, Pages.Hidden(Parameters.UserCode, code))}
                    """
                )
            )
        );

    private static IResult CodeForm(HttpContext context, string? code = null, string? error = null) =>
        Pages.Page(
            context,
            Title,
            Pages.Form(
                context,
                OAuthSetup.VerificationPath,
                Html.Of(
                    $"""
                    {Pages.Field(
                        Parameters.UserCode,
                        "Code",
                        "text",
                        "off",
                        code,
                        error,
                        "The code that the application on your device shows.",
                        isFirst: true
                    )}
                    <button type="submit">Continue</button>
                    """
                )
            ),
            error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity
        );

    private static string AddressOf(string? code) =>
        string.IsNullOrEmpty(code)
            ? OAuthSetup.VerificationPath
            : QueryHelpers.AddQueryString(OAuthSetup.VerificationPath, Parameters.UserCode, code);
}
