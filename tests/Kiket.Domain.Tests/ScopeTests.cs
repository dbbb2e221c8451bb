using Kiket.Domain.Users;

namespace Kiket.Domain.Tests;

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

    [Theory]
    [InlineData(new string[0], new[] { "issues" }, true)]
    [InlineData(new[] { "issues:read" }, new string[0], false)]
    [InlineData(new[] { "issues:read" }, new[] { "issues" }, false)]
    [InlineData(new[] { "issues" }, new[] { "issues.read" }, true)]
    [InlineData(new[] { "*" }, new string[0], true)]
    public void A_token_cannot_issue_a_stronger_one(string[] own, string[] asked, bool allowed) =>
        Assert.Equal(allowed, Scope.Covers(own, asked));
}
