using Hangfire;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Infrastructure.Settings;

namespace Kiket.Api.Dashboard;

/// <summary>
/// Hangfire's pages on the jobs of all organizations, for the operator of the server only: available when
/// <c>Dashboard:Token</c> is set, to those who present it. They are read-only unless <c>Dashboard:AllowActions</c> is set.
/// </summary>
internal static class DashboardSetup
{
    public const string Path = "/hangfire";

    public static void UseDashboard(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<KiketSettings>();
        var token = settings.DashboardToken is { } chosen ? new OperatorToken(chosen) : null;
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase),
            pages =>
            {
                pages.Use(
                    (context, next) =>
                    {
                        if (token is not null && (token.IsPasswordOf(context.Request) || token.IsBearerOf(context.Request)))
                        {
                            context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.ForPage();
                            return next(context);
                        }

                        if (context.Request.Headers.Authorization.Count > 0)
                            app.Logger.LogFailedSignIn(context);
                        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                        context.Response.Headers.WWWAuthenticate =
                            "Basic realm=\"Kiket: any name, Dashboard:Token as the password\", charset=\"UTF-8\"";
                        return Task.CompletedTask;
                    }
                );
                pages.UseHangfireDashboard(
                    Path,
                    new DashboardOptions
                    {
                        Authorization = [], // decided above; Hangfire's default would let in anybody who sits at the machine
                        AppPath = null,
                        DashboardTitle = "Kiket jobs",
                        DisplayStorageConnectionString = false,
                        IsReadOnlyFunc = _ => !settings.DashboardAllowsActions,
                    }
                );
            }
        );
    }
}
