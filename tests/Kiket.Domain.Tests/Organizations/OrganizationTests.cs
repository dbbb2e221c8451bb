using Kiket.Domain.Organizations;

namespace Kiket.Domain.Tests.Organizations;

public sealed class OrganizationTests
{
    private static readonly DateTimeOffset Noon = new(2025, 12, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_organization_keeps_its_last_administrator()
    {
        var organization = Organization.Found("Acme", Noon).Value;

        Assert.Equal("user.role", organization.ReleaseAdministrator(othersRemain: false, Noon).Error?.Details[0].Field);
        Assert.Equal(1, organization.Version);
    }

    [Fact]
    public void Removing_an_administrator_changes_the_organization_so_that_two_cannot_be_removed_at_once()
    {
        var organization = Organization.Found("Acme", Noon).Value;

        Assert.False(organization.ReleaseAdministrator(othersRemain: true, Noon).IsRefused);
        Assert.Equal(2, organization.Version);
    }
}
