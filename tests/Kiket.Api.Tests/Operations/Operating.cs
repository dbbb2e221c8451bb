using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Operations;

/// <summary>Short ways to use the operations pages.</summary>
internal static class Operating
{
    /// <summary>A browser in which a new user of the organization has signed in.</summary>
    public static async Task<Browser> OpenBrowserAsync(this Tenant tenant, OrganizationRole role = OrganizationRole.Admin)
    {
        var (_, email) = await tenant.AddPersonAsync(role);
        var browser = new Browser(tenant.Server);
        await browser.SignInAsync(email);
        return browser;
    }

    /// <summary>Checks that an action was recorded once, as done on the pages, with this as its first change.</summary>
    public static async Task AssertAuditedAsync(this Tenant tenant, string action, string change)
    {
        var log = await tenant.Admin.GetAsync($"/api/v1/audit_log?action={action}").OkAsync();
        var record = Assert.Single(log["data"]!.AsArray())!;
        Assert.Equal("session", (string?)record["credential"]);
        Assert.Equal(change, (string?)record["changes"]![0]!["change"]);
    }
}
