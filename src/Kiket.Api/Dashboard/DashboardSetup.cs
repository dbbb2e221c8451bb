using Hangfire;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Api.SignIn;
using Kiket.Application.Users;
using Kiket.Infrastructure.Settings;
using MediatR;
using Microsoft.Extensions.Primitives;

namespace Kiket.Api.Dashboard;

/// <summary>
/// Hangfire's dashboard with the jobs of all organizations, only for operators of the server, who sign in on our pages or send
/// <c>Dashboard:Token</c>. They are read-only unless <c>Dashboard:AllowActions</c> is set.
/// </summary>
internal static class DashboardSetup
{
    public const string Path = "/hangfire";

    /// <summary>The pages poll this path for statistics.</summary>
    private const string Statistics = "/stats";

    private const int MaxAuditedLength = 200;

    /// <param name="backTo">The page that leads here, and back to which a link leads.</param>
    public static void UseDashboard(this WebApplication app, string backTo)
    {
        var settings = app.Services.GetRequiredService<KiketSettings>();
        var token = settings.DashboardToken is { } chosen ? new OperatorToken(chosen) : null;
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase),
            pages =>
            {
                pages.Use((context, next) => AuthorizeAsync(context, next, token, app.Logger));
                if (settings.DashboardAllowsActions)
                    pages.Use(AuditAsync);
                pages.UseHangfireDashboard(
                    Path,
                    new DashboardOptions
                    {
                        Authorization = [], // decided above; Hangfire's default would admit every local request
                        AppPath = backTo,
                        DashboardTitle = "Kiket jobs",
                        DisplayStorageConnectionString = false,
                        IsReadOnlyFunc = _ => !settings.DashboardAllowsActions,
                    }
                );
            }
        );
    }

    private static async Task AuthorizeAsync(HttpContext context, RequestDelegate next, OperatorToken? token, ILogger logger)
    {
        var request = context.Request;
        var user = await PageCookie.FindUserAsync(context);
        if (user is { IsOperator: true } || (token is not null && (token.IsPasswordOf(request) || token.IsBearerOf(request))))
        {
            context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.ForPage();
            await next(context);
            return;
        }

        if (request.Headers.Authorization.Count > 0)
        {
            logger.LogFailedSignIn(context);
        }
        else if (user is not null)
        {
            await Pages
                .Page(
                    context,
                    "Only for operators",
                    Html.Of($"""<p>The jobs of this server are shown to its operators only.</p>"""),
                    StatusCodes.Status403Forbidden
                )
                .ExecuteAsync(context);
            return;
        }
        else if (
            HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)
        )
        {
            context.Response.Redirect(SignInPages.AddressFor(request.Path + request.QueryString));
            return;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate =
            "Basic realm=\"Kiket: any name, Dashboard:Token as the password\", charset=\"UTF-8\"";
    }

    /// <summary>
    /// An operator's action is recorded before it runs. The token belongs to no organization, so its actions are only in the log
    /// of the server.
    /// </summary>
    private static async Task AuditAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (
            HttpMethods.IsPost(request.Method)
            && request.Path.StartsWithSegments(Path, out var action)
            && action.Value != Statistics
        )
        {
            var jobs = request.HasFormContentType
                ? (await request.ReadFormAsync(context.RequestAborted))["jobs[]"]
                : StringValues.Empty;
            var what = $"{action.Value?.TrimStart('/')} {string.Join(' ', jobs.ToArray())}".Trim();
            if (await PageCookie.FindUserAsync(context) is not null)
            {
                var mediator = context.RequestServices.GetRequiredService<IMediator>();
                var recorded = what.Length > MaxAuditedLength ? what[..MaxAuditedLength] : what;
                await mediator.Send(new UseDashboardCommand(recorded), context.RequestAborted);
            }
        }

        await next(context);
    }
}
