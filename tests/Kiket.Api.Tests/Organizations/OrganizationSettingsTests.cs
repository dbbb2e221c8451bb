using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Organizations;

public sealed class OrganizationSettingsTests(KiketServer server)
{
    private const string Path = "/api/v1/organization/settings";

    [Fact]
    public async Task Everybody_reads_them_and_they_begin_with_office_hours_in_UTC()
    {
        var tenant = await server.NewTenantAsync();
        var (_, viewer) = await tenant.AddUserAsync(OrganizationRole.Viewer);

        var settings = await viewer.GetAsync(Path).OkAsync();

        Assert.Equal(
            ["time_zone", "hours", "holidays", "story_points", "default_capacity", "member_wip_limit", "version"],
            settings.AsObject().Select(p => p.Key)
        );
        Assert.Equal("UTC", (string?)settings["time_zone"]);
        Assert.Equal("""[{"from":"09:00","to":"17:00"}]""", settings["hours"]!["friday"]!.ToJsonString());
        Assert.Equal("[]", settings["hours"]!["sunday"]!.ToJsonString());
    }

    [Fact]
    public async Task An_administrator_changes_them_and_what_is_not_named_stays()
    {
        var tenant = await server.NewTenantAsync();
        var before = await tenant.Admin.GetAsync(Path);

        var changed = await tenant
            .Admin.PatchJsonAsync(
                Path,
                new
                {
                    settings = new
                    {
                        time_zone = "Europe/Berlin",
                        hours = new
                        {
                            monday = new[] { new { from = "08:30", to = "12:00" }, new { from = "13:00", to = "24:00" } },
                        },
                        holidays = new object[] { new { date = "2026-12-25", name = "Christmas" }, new { date = "2026-01-01" } },
                        story_points = new { Bug = 2.5 },
                    },
                },
                before.Headers.ETag!.Tag
            )
            .OkAsync();

        var read = await tenant.Admin.GetAsync(Path).OkAsync();
        Assert.Equal(changed.ToJsonString(), read.ToJsonString());
        Assert.Equal(
            """[{"from":"08:30","to":"12:00"},{"from":"13:00","to":"24:00"}]""",
            read["hours"]!["monday"]!.ToJsonString()
        );
        Assert.Equal("[]", read["hours"]!["tuesday"]!.ToJsonString());
        Assert.Equal(
            """[{"date":"2026-01-01","name":null},{"date":"2026-12-25","name":"Christmas"}]""",
            read["holidays"]!.ToJsonString()
        );
        Assert.Equal("""{"bug":2.5}""", read["story_points"]!.ToJsonString());
        Assert.Equal(10, (decimal)read["default_capacity"]!);
        await tenant
            .Admin.PatchJsonAsync(Path, new { default_capacity = 3 }, before.Headers.ETag!.Tag)
            .RefusedAsync(412, "PRECONDITION_FAILED");
    }

    [Theory]
    [InlineData("""{"time_zone": "Mars/Olympus"}""", "settings.time_zone")]
    [InlineData("""{"hours": {"monday": [{"from": "9", "to": "17:00"}]}}""", "settings.hours.monday")]
    [InlineData("""{"hours": {"monday": [null]}}""", "settings.hours.monday")]
    [InlineData(
        """{"hours": {"monday": [{"from": "09:00", "to": "12:00"}, {"from": "11:00", "to": "13:00"}]}}""",
        "settings.hours.monday"
    )]
    [InlineData("""{"hours": {"noday": []}}""", "settings.hours")]
    [InlineData("""{"holidays": [null]}""", "settings.holidays")]
    [InlineData("""{"holidays": [{"name": "Christmas"}]}""", "settings.holidays")]
    [InlineData("""{"holidays": [{"date": "2026-12-25"}, {"date": "2026-12-25"}]}""", "settings.holidays")]
    [InlineData("""{"story_points": {"bug": -1}}""", "settings.story_points")]
    [InlineData("""{"default_capacity": 0.001}""", "settings.default_capacity")]
    [InlineData("""{"member_wip_limit": 0}""", "settings.member_wip_limit")]
    public async Task What_makes_no_sense_is_refused_by_name_and_changes_nothing(string body, string field)
    {
        var tenant = await server.NewTenantAsync();
        var before = await tenant.Admin.GetAsync(Path).OkAsync();

        await tenant
            .Admin.PatchAsync(Path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"))
            .RefusedAsync(422, "VALIDATION_ERROR", field);

        Assert.Equal(before.ToJsonString(), (await tenant.Admin.GetAsync(Path).OkAsync()).ToJsonString());
    }

    [Fact]
    public async Task Only_an_administrator_with_all_scopes_changes_them_and_only_their_own()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var (_, lead) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);

        await lead.PatchJsonAsync(Path, new { default_capacity = 3 }).RefusedAsync(403, "FORBIDDEN");
        await (await tenant.WithScopesAsync("users"))
            .PatchJsonAsync(Path, new { default_capacity = 3 })
            .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await (await tenant.WithScopesAsync("issues")).GetAsync(Path).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await tenant.Admin.PatchJsonAsync(Path, new { default_capacity = 3 }).OkAsync();

        Assert.Equal(10, (decimal)(await other.Admin.GetAsync(Path).OkAsync())["default_capacity"]!);
    }

    [Theory]
    [InlineData("""[{"from": "2026-12-24", "to": "2026-12-23"}]""")]
    [InlineData("""[{"from": "2026-12-24"}]""")]
    [InlineData("""[null]""")]
    public async Task Days_off_that_make_no_sense_are_refused(string daysOff)
    {
        var tenant = await server.NewTenantAsync();

        await tenant
            .Admin.PatchAsync(
                $"/api/v1/users/{tenant.AdminId}",
                new StringContent($$"""{"days_off": {{daysOff}}}""", System.Text.Encoding.UTF8, "application/json")
            )
            .RefusedAsync(422, "VALIDATION_ERROR", "user.days_off");
    }

    [Fact]
    public async Task Days_off_are_kept_in_order_each_once_and_can_be_taken_back()
    {
        var tenant = await server.NewTenantAsync();
        JsonNode Stretch(string from, string to) => JsonNode.Parse($$"""{"from":"{{from}}","to":"{{to}}"}""")!;
        JsonArray given =
        [
            Stretch("2026-12-24", "2026-12-31"),
            Stretch("2026-08-03", "2026-08-03"),
            Stretch("2026-12-24", "2026-12-31"),
        ];

        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{tenant.AdminId}", new { days_off = given }).OkAsync();

        var user = await tenant.Admin.GetAsync($"/api/v1/users/{tenant.AdminId}").OkAsync();
        var listed = (await tenant.Admin.GetAsync("/api/v1/users").OkAsync())["users"]![0]!;
        Assert.Equal(
            """[{"from":"2026-08-03","to":"2026-08-03"},{"from":"2026-12-24","to":"2026-12-31"}]""",
            user["days_off"]!.ToJsonString()
        );
        Assert.Equal(user["days_off"]!.ToJsonString(), listed["days_off"]!.ToJsonString());
        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{tenant.AdminId}", new { days_off = (object?)null }).OkAsync();
        Assert.Empty((await tenant.Admin.GetAsync("/api/v1/users/current").OkAsync())["days_off"]!.AsArray());
    }

    [Fact]
    public async Task Members_read_their_organization_by_slug_or_id_and_no_other()
    {
        var tenant = await server.NewTenantAsync();
        var other = await server.NewTenantAsync();
        var organization = (await tenant.Admin.GetAsync("/api/v1/me").OkAsync())["organization"]!;
        var (_, viewer) = await tenant.AddUserAsync(Kiket.Domain.Users.OrganizationRole.Viewer);

        var bySlug = await viewer.GetAsync($"/api/v1/organizations/{organization["slug"]}").OkAsync();
        var byId = await tenant.Admin.GetAsync($"/api/v1/organizations/{organization["id"]}").OkAsync();

        Assert.Equal(organization.ToJsonString(), bySlug.ToJsonString());
        Assert.Equal(organization.ToJsonString(), byId.ToJsonString());
        await other.Admin.GetAsync($"/api/v1/organizations/{organization["slug"]}").RefusedAsync(404, "ORGANIZATION_NOT_FOUND");
        await tenant.Admin.GetAsync($"/api/v1/organizations/{other.OrganizationId}").RefusedAsync(404, "ORGANIZATION_NOT_FOUND");
    }
}
