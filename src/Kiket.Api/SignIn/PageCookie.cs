using System.Globalization;
using System.Security.Claims;
using Kiket.Api.Http;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Kiket.Api.SignIn;

/// <summary>
/// The cookie of the pages. The API does not read it, so other sites cannot use the API in a visitor's name.
/// </summary>
internal static class PageCookie
{
    public const string SchemeName = "Pages";

    private const string StampClaim = "stamp";
    private const string Session = "session";

    public static AuthenticationBuilder AddPageCookie(this AuthenticationBuilder authentication) =>
        authentication.AddCookie(
            SchemeName,
            options =>
            {
                options.Cookie.Name = "kiket";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Lax; // applications on other sites link to the consent page
                options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.ExpireTimeSpan = TimeSpan.FromHours(12);
                options.SlidingExpiration = false;
                options.Events.OnValidatePrincipal = ValidateAsync;
            }
        );

    public static Task SignInAsync(HttpContext context, PageUser user)
    {
        var identity = new ClaimsIdentity(SchemeName);
        identity.AddClaim(new(ClaimTypes.NameIdentifier, user.Id.Value.ToString(CultureInfo.InvariantCulture)));
        identity.AddClaim(new(ClaimTypes.Name, user.Name));
        identity.AddClaim(new(StampClaim, user.Stamp));
        return context.SignInAsync(SchemeName, new(identity));
    }

    /// <summary>Tells the audit log which user makes a request on the pages, and with which credential.</summary>
    public static void Identify(HttpContext context, string credential, Actor? actor = null)
    {
        var current = context.RequestServices.GetRequiredService<CurrentActor>();
        current.Origin = new(credential, context.Connection.RemoteIpAddress?.ToString(), RequestId.Of(context));
        if (actor is not null)
            current.SignIn(actor, []);
    }

    /// <summary>The user who has signed in, or null.</summary>
    public static async Task<PageUser?> FindUserAsync(HttpContext context)
    {
        var found = await context.AuthenticateAsync(SchemeName);
        if (found.Succeeded)
            context.User = found.Principal; // the protection of forms is bound to it
        return context.Items[SchemeName] as PageUser;
    }

    /// <summary>Each request reads the user again: a deactivation or another password ends the sign-in.</summary>
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var mediator = context.HttpContext.RequestServices.GetRequiredService<IMediator>();
        var principal = context.Principal!;
        var found = long.TryParse(
            principal.FindFirstValue(ClaimTypes.NameIdentifier),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var id
        )
            ? await mediator.Send(
                new FindPageUserQuery(new UserId(id), principal.FindFirstValue(StampClaim) ?? ""),
                context.HttpContext.RequestAborted
            )
            : null;
        if (found is null or { IsRefused: true })
        {
            context.RejectPrincipal();
            return;
        }

        context.HttpContext.Items[SchemeName] = found.Value;
        Identify(context.HttpContext, Session, found.Value.Actor);
    }
}
