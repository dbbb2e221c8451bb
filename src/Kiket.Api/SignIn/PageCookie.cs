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
    private const string MethodClaim = "method";
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

    /// <param name="method">The first step of the sign-in, as the audit log names it.</param>
    public static Task SignInAsync(HttpContext context, PageUser user, string method)
    {
        var identity = new ClaimsIdentity(SchemeName);
        identity.AddClaim(new(ClaimTypes.NameIdentifier, user.Id.Value.ToString(CultureInfo.InvariantCulture)));
        identity.AddClaim(new(ClaimTypes.Name, user.Name));
        identity.AddClaim(new(StampClaim, user.Stamp));
        identity.AddClaim(new(MethodClaim, method));
        return context.SignInAsync(SchemeName, new(identity));
    }

    /// <summary>
    /// Tells the audit log who makes a request on the pages, and with which credential. The user of an earlier sign-in in the
    /// same browser is not the one who is signing in.
    /// </summary>
    /// <param name="actor">Null until somebody has signed in.</param>
    public static void Identify(HttpContext context, string credential, Actor? actor = null)
    {
        var current = context.RequestServices.GetRequiredService<CurrentActor>();
        current.Origin = new(credential, context.Connection.RemoteIpAddress?.ToString(), RequestId.Of(context));
        if (actor is null)
            current.SignOut();
        else
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

    /// <summary>Whether the user who was found has signed in by a method.</summary>
    public static bool IsBy(HttpContext context, string method) => context.User.HasClaim(MethodClaim, method);

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
