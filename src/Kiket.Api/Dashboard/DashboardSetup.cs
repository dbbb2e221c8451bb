using Hangfire;
using Kiket.Api.Authentication;
using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Api.Dashboard;

/// <summary>
/// Hangfire's pages on the jobs, for administrators of an organization. They show; they change only where <c>Dashboard:AllowActions</c> is set.
/// </summary>
internal static class DashboardSetup
{
    public static void MapDashboard(this WebApplication app)
    {
        var allowsActions = app.Configuration.GetValue<bool>("Dashboard:AllowActions");
        app.MapHangfireDashboard(BearerHandler.DashboardPath, new DashboardOptions
        {
            Authorization = [], // the route's own policy decides; Hangfire's default would let in whoever sits at the machine
            AppPath = null,
            DashboardTitle = "Kiket jobs",
            DisplayStorageConnectionString = false,
            IsReadOnlyFunc = _ => !allowsActions,
        }).RequireAuthorization(policy => policy
            .RequireRole(WireName.Of(OrganizationRole.Admin))
            .AddRequirements(new ScopeRequirement(Scope.Admin, ScopeActions.Write)));
    }
}
