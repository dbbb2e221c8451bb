using System.Security.Claims;
using Kiket.Api.Authentication;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Settings;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Kiket.Api.SignIn;

/// <summary>
/// Signs users in by an OpenID Connect provider (<c>SignIn:Authority</c>). The provider vouches for the user's e-mail address;
/// Kiket decides who that is and what they may do.
/// </summary>
internal static partial class ProviderSignIn
{
    public const string Path = "/sign-in/provider";
    public const string CallbackPath = "/sign-in/callback";

    private const string SchemeName = "Provider";
    private const string EmailVerified = "email_verified";

    public static AuthenticationBuilder AddSignInProvider(this AuthenticationBuilder authentication, KiketSettings settings)
    {
        if (settings.SignInProvider is not { } provider)
            return authentication;
        return authentication.AddOpenIdConnect(
            SchemeName,
            options =>
            {
                options.Authority = provider.Authority.ToString();
                options.RequireHttpsMetadata = !provider.Authority.IsLoopback;
                (options.ClientId, options.ClientSecret) = (provider.ClientId, provider.ClientSecret);
                options.CallbackPath = CallbackPath;
                options.SignInScheme = PageCookie.SchemeName;
                options.ResponseType = OpenIdConnectResponseType.Code;
                options.ResponseMode = OpenIdConnectResponseMode.Query; // its cookies also come back over plain HTTP
                options.CorrelationCookie.SameSite = SameSiteMode.Lax;
                options.NonceCookie.SameSite = SameSiteMode.Lax;
                options.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.Scope.Add("email");
                options.MapInboundClaims = false;
                options.GetClaimsFromUserInfoEndpoint = true;
                options.ClaimActions.MapUniqueJsonKey(EmailVerified, EmailVerified);
                options.Events.OnRedirectToIdentityProvider = NameCallback;
                options.Events.OnTicketReceived = ReceiveAsync;
                options.Events.OnRemoteFailure = RefuseAsync;
            }
        );
    }

    public static void MapProviderSignIn(this IEndpointRouteBuilder app, KiketSettings settings)
    {
        if (settings.SignInProvider is null)
            return;
        app.MapGet(Path, (Delegate)BeginAsync).ExcludeFromDescription();
        app.MapGet(CallbackPath, HandleAnswerAsync).ExcludeFromDescription();
    }

    /// <summary>
    /// Where users end their session at the provider (OpenID Connect RP-Initiated Logout); null if it does not say.
    /// </summary>
    public static async Task<(string Name, string Address)?> FindSignOutAsync(HttpContext context, CancellationToken ct)
    {
        var services = context.RequestServices;
        if (services.GetRequiredService<KiketSettings>().SignInProvider is not { } provider)
            return null;
        try
        {
            var options = services.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>().Get(SchemeName);
            var known = await options.ConfigurationManager!.GetConfigurationAsync(ct);
            return string.IsNullOrEmpty(known.EndSessionEndpoint) ? null : (provider.Name, known.EndSessionEndpoint);
        }
        catch (InvalidOperationException failure)
        {
            LogUnreachable(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ProviderSignIn)), failure.Message);
            return null;
        }
    }

    /// <summary>Sends the visitor to the provider.</summary>
    private static async Task<IResult> BeginAsync(HttpContext context, ILoggerFactory logs)
    {
        var returnUrl = context.Request.Query[SignInPages.ReturnUrl].ToString();
        try
        {
            await context.ChallengeAsync(SchemeName, new() { RedirectUri = SignInPages.LocalOr(returnUrl) });
            return Results.Empty;
        }
        catch (InvalidOperationException failure) when (!context.Response.HasStarted)
        {
            // Its discovery document cannot be read.
            LogUnreachable(logs.CreateLogger(typeof(ProviderSignIn)), failure.GetBaseException().Message);
            return Failed(context, "The provider cannot be reached. Try again later.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    /// <summary>The handler answers, by the events below.</summary>
    private static async Task HandleAnswerAsync(HttpContext context, IAuthenticationHandlerProvider handlers)
    {
        var handler = (IAuthenticationRequestHandler?)await handlers.GetHandlerAsync(context, SchemeName);
        await handler!.HandleRequestAsync();
    }

    private static Task NameCallback(RedirectContext context)
    {
        context.ProtocolMessage.RedirectUri =
            context.HttpContext.RequestServices.GetRequiredService<PublicUrl>().Value + CallbackPath;
        return Task.CompletedTask;
    }

    /// <summary>The provider has signed somebody in, and its answer is checked.</summary>
    private static async Task ReceiveAsync(TicketReceivedContext received)
    {
        received.HandleResponse();
        var context = received.HttpContext;
        var answer = await SignInAsync(context, received.Principal!, received.ReturnUri ?? "", context.RequestAborted);
        await answer.ExecuteAsync(context);
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context,
        ClaimsPrincipal somebody,
        string returnUrl,
        CancellationToken ct
    )
    {
        var services = context.RequestServices;
        var provider = services.GetRequiredService<KiketSettings>().SignInProvider!;
        var email = somebody.FindFirstValue("email");
        if (email is null || !SignInPages.CouldBe(email, User.MaxEmailLength))
            return Refused(context, "The provider did not say which e-mail address you have.");
        var isVerified = bool.TryParse(somebody.FindFirstValue(EmailVerified), out var verified) && verified;
        if (!isVerified && !provider.TrustsEmail)
            return Refused(context, "The provider has not verified your e-mail address.");

        PageCookie.Identify(context, PendingSignIn.ByProvider);
        var mediator = services.GetRequiredService<IMediator>();
        var found = await mediator.Send(new BeginProviderSignInCommand(email, provider.Organization), ct);
        if (found.IsRefused)
            return Refused(context, $"{email} is not an active user here. Ask an administrator for an invitation.");
        return await SignInPages.ContinueAsync(context, new(found.Value, PendingSignIn.ByProvider), returnUrl, ct)
            ?? Refused(context, "You have changed in the meantime. Try again.");
    }

    /// <summary>The provider has refused, or its response does not belong to a request from this browser.</summary>
    private static async Task RefuseAsync(RemoteFailureContext failed)
    {
        failed.HandleResponse();
        await Refused(failed.HttpContext, "The provider did not sign you in.").ExecuteAsync(failed.HttpContext);
    }

    private static IResult Refused(HttpContext context, string reason)
    {
        context
            .RequestServices.GetRequiredService<ILoggerFactory>()
            .CreateLogger(typeof(ProviderSignIn))
            .LogFailedSignIn(context);
        return Failed(context, reason, StatusCodes.Status403Forbidden);
    }

    private static IResult Failed(HttpContext context, string reason, int status) =>
        Pages.Page(
            context,
            "You are not signed in",
            Html.Of($"""<p>{reason}</p><p><a href="{SignInPages.Path}">Back to the sign-in page</a></p>"""),
            status
        );

    [LoggerMessage(Level = LogLevel.Warning, Message = "The provider of SignIn:Authority cannot be reached: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string reason);
}
