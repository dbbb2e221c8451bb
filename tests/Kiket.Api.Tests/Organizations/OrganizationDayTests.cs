using Kiket.Api.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Api.Tests.Organizations;

/// <summary>Days are those of the organization's time zone, not of UTC.</summary>
public sealed class OrganizationDayTests : IAsyncLifetime
{
    // Half past two in the morning of the 2nd in UTC; on Pago Pago, eleven hours behind, still the 1st.
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2027, 3, 2, 2, 30, 0, TimeSpan.Zero));
    private readonly KiketServer server;

    public OrganizationDayTests() => server = new() { TestServices = services => services.AddSingleton<TimeProvider>(clock) };

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_milestone_is_overdue_by_the_organizations_day()
    {
        var tenant = await NewTenantAsync("Pacific/Pago_Pago");

        var today = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/projects/LEGAL/milestones",
                new
                {
                    name = "Now",
                    target_date = "2027-03-01",
                    status = "active",
                }
            )
            .CreatedAsync();
        var past = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/projects/LEGAL/milestones",
                new
                {
                    name = "Late",
                    target_date = "2027-02-28",
                    status = "active",
                }
            )
            .CreatedAsync();
        var list = await tenant.Admin.GetAsync("/api/v1/projects/LEGAL/milestones").OkAsync();

        Assert.Equal((false, 0), ((bool?)today["overdue"], (int?)today["days_remaining"]));
        Assert.Equal((true, -1), ((bool?)past["overdue"], (int?)past["days_remaining"]));
        Assert.Equal([false, true], list["milestones"]!.AsArray().Select(m => (bool?)m!["overdue"]));
    }

    [Fact]
    public async Task A_filter_by_day_means_the_organizations_day()
    {
        var tenant = await NewTenantAsync("Pacific/Pago_Pago");
        await tenant.AddIssueAsync();

        Assert.Equal(1, await CountAsync(tenant, "created_after=2027-03-01&created_before=2027-03-02"));
        Assert.Equal(0, await CountAsync(tenant, "created_after=2027-03-02"));
        Assert.Equal(1, await CountAsync(tenant, "created_after=2027-03-02T00:00:00Z"));
        Assert.Equal(1, await CountAsync(tenant, "updated_after=0001-01-01&updated_before=9999-12-31"));
    }

    private async Task<Tenant> NewTenantAsync(string zone)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/organization/settings", new { time_zone = zone }).OkAsync();
        await tenant.AddProjectAsync();
        return tenant;
    }

    private static async Task<int> CountAsync(Tenant tenant, string query) =>
        (int)(await tenant.Admin.GetAsync($"/api/v1/issues?{query}").OkAsync())["meta"]!["total"]!;
}
