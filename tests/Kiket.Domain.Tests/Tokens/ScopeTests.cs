using Kiket.Domain.Tokens;

namespace Kiket.Domain.Tests.Tokens;

public sealed class ScopeTests
{
    [Theory]
    [InlineData("read:issues")]
    [InlineData("issues:read")]
    [InlineData("issues.read")]
    public void Three_spellings_mean_the_same(string spelling)
    {
        Assert.True(Scope.TryParse(spelling, out var scope));
        Assert.Equal(new Scope("issues", ScopeActions.Read), scope);
    }

    [Fact]
    public void A_bare_resource_means_both_actions()
    {
        Assert.True(Scope.Allows(["issues"], "issues", ScopeActions.All));
        Assert.False(Scope.Allows(["issues"], "projects", ScopeActions.Read));
    }

    [Fact]
    public void Scopes_for_one_action_each_add_up_to_both() =>
        Assert.True(Scope.Allows(["issues:read", "issues:write"], "issues", ScopeActions.All));

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("issues:delete")]
    [InlineData("admin:read")]
    [InlineData("*:read")]
    [InlineData("issues:read:write")]
    [InlineData("Issues")]
    public void An_invalid_scope_is_not_accepted(string text) => Assert.False(Scope.TryParse(text, out _));

    [Theory]
    [InlineData("admin")]
    [InlineData("*")]
    public void Two_words_mean_everything(string word)
    {
        Assert.True(Scope.Allows([word], Scope.Admin, ScopeActions.All));
        Assert.True(Scope.Allows([word], "issues", ScopeActions.Write));
        Assert.False(Scope.Allows(["issues", "users"], Scope.Admin, ScopeActions.Read));
    }

    [Theory]
    [InlineData(new string[0], new[] { "issues" }, true)]
    [InlineData(new[] { "issues:read" }, new string[0], false)]
    [InlineData(new[] { "issues:read" }, new[] { "issues" }, false)]
    [InlineData(new[] { "issues" }, new[] { "issues.read" }, true)]
    [InlineData(new[] { "issues:read", "write:issues" }, new[] { "issues" }, true)]
    [InlineData(new[] { "issues" }, new[] { "*" }, false)]
    [InlineData(new[] { "issues" }, new[] { "nonsense" }, false)]
    [InlineData(new[] { "admin" }, new[] { "*", "issues" }, true)]
    [InlineData(new[] { "*" }, new string[0], true)]
    public void A_token_cannot_issue_a_stronger_one(string[] own, string[] asked, bool allowed) =>
        Assert.Equal(allowed, Scope.Covers(own, asked));

    [Fact]
    public void Writing_includes_triggering_and_not_the_other_way_round()
    {
        Assert.True(Scope.Allows(["workflows:write"], Scope.Workflows, ScopeActions.Execute));
        Assert.False(Scope.Allows(["workflows.execute"], Scope.Workflows, ScopeActions.Write));
        Assert.False(Scope.Allows(["workflows:read"], Scope.Workflows, ScopeActions.Execute));
    }

    [Fact]
    public void No_scopes_allow_a_user_everything_and_an_extension_nothing()
    {
        Assert.True(Scope.Allows([], Scope.Issues, ScopeActions.Read));
        Assert.False(Scope.Grants([], Scope.Issues, ScopeActions.Read));
    }

    [Theory]
    [InlineData(
        "write:issues",
        new[] { "write:issues", "issues:write", "issues.write", "issues:read", "issues.read", "read:issues" }
    )]
    [InlineData("notifications:write", new[] { "notifications:write", "notifications:send", "notifications:read" })]
    [InlineData("workflows.execute", new[] { "workflows.execute", "workflows:execute", "execute:workflows" })]
    [InlineData("users", new[] { "users", "users:read", "users:write" })]
    [InlineData("attachments:read", new[] { "attachments:read" })]
    [InlineData("*", new[] { "*" })]
    public void A_permission_is_kept_as_written_and_spelt_out(string permission, string[] spellings)
    {
        var spelt = Scope.Spell([permission]);

        Assert.Equal(permission, spelt[0]);
        Assert.Empty(spellings.Except(spelt));
        Assert.Equal(spelt.Count, spelt.Distinct().Count());
    }

    [Fact]
    public void Reading_is_not_spelt_out_as_more() =>
        Assert.Equal(["issues:read", "issues.read", "read:issues"], Scope.Spell(["issues:read"]));
}
