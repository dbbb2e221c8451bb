using Kiket.Domain.OAuth;

namespace Kiket.Domain.Tests.OAuth;

public sealed class OAuthApplicationTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_application_keeps_its_scopes_as_written_and_each_once()
    {
        var application = Register(["issues:read", "read:issues", "issues:read"], ["Client_Credentials"]).Value;

        Assert.Equal("CI", application.Name);
        Assert.Equal(["issues:read", "read:issues"], application.Scopes);
        Assert.Equal(["client_credentials"], application.GrantTypes);
        Assert.Equal(Noon, application.CreatedAt);
    }

    [Theory]
    [InlineData(new string[0], new[] { "client_credentials" }, "oauth_application.scopes")]
    [InlineData(new[] { "everything" }, new[] { "client_credentials" }, "oauth_application.scopes")]
    [InlineData(new[] { "issues" }, new string[0], "oauth_application.grant_types")]
    [InlineData(new[] { "issues" }, new[] { "implicit" }, "oauth_application.grant_types")]
    public void An_application_without_valid_scopes_and_grant_types_is_refused(string[] scopes, string[] grants, string field)
    {
        var refused = Register(scopes, grants);

        Assert.Equal(field, Assert.Single(refused.Error!.Details).Field);
    }

    [Fact]
    public void Many_unknown_scopes_are_not_all_named() =>
        Assert.Equal(
            10,
            Register([.. Enumerable.Range(0, 50).Select(n => $"s{n}")], ["client_credentials"]).Error!.Details.Count
        );

    private static Kiket.Domain.Common.Result<OAuthApplication> Register(string[] scopes, string[] grants) =>
        OAuthApplication.Register(new(1), " CI ", scopes, grants, [], false, "kapp_1", Noon);
}
