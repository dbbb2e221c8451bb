using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;

namespace Kiket.Domain.Tests.Tokens;

public sealed class AccessTokenTests
{
    private static readonly DateTimeOffset Noon = new(2025, 12, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly User Ada = User.Join(new(7), "ada@example.com", OrganizationRole.Admin, null, Noon).Value;

    [Theory]
    [InlineData(TokenKind.Workspace, "wksp_")]
    [InlineData(TokenKind.Personal, "kpat_")]
    public void A_generated_secret_says_its_kind_and_shows_eight_characters(Enum kind, string label)
    {
        var secret = TokenSecret.Generate(AccessToken.LabelOf((TokenKind)kind));

        Assert.StartsWith(label, secret.Plaintext, StringComparison.Ordinal);
        Assert.Equal(label.Length + 64, secret.Plaintext.Length);
        Assert.Equal(secret.Plaintext[..(label.Length + 8)], secret.Prefix);
    }

    [Fact]
    public void Two_generated_secrets_differ() =>
        Assert.NotEqual(TokenSecret.Generate("kpat_").Plaintext, TokenSecret.Generate("kpat_").Plaintext);

    [Fact]
    public void A_chosen_secret_shows_four_characters_and_must_not_be_short()
    {
        Assert.Equal("corr", TokenSecret.Chosen("correct horse battery staple").Prefix);
        Assert.Throws<ArgumentException>(() => TokenSecret.Chosen("fifteen letters"));
    }

    [Fact]
    public void A_token_keeps_the_hash_and_never_the_secret()
    {
        var secret = TokenSecret.Generate("kpat_");

        var token = AccessToken.Issue(Ada, TokenKind.Personal, " CI ", ["issues", "issues"], Noon.AddDays(1), secret, Noon).Value;

        Assert.Equal(TokenSecret.HashOf(secret.Plaintext), token.Hash);
        Assert.Equal(("CI", new OrganizationId(7), Noon.AddDays(1)), (token.Name, token.OrganizationId, token.ExpiresAt));
        Assert.Equal(["issues"], token.Scopes);
        var kept = typeof(AccessToken).GetProperties().Select(p => p.GetValue(token)?.ToString()).OfType<string>();
        Assert.DoesNotContain(kept, value => value.Contains(secret.Plaintext, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(TokenKind.Workspace, "workspace_api_token")]
    [InlineData(TokenKind.Personal, "personal_access_token")]
    public void A_refusal_names_every_invalid_field_as_the_wire_does(Enum kind, string body)
    {
        var refused = AccessToken.Issue(
            Ada,
            (TokenKind)kind,
            " ",
            ["issues", "nonsense"],
            Noon,
            TokenSecret.Generate("kpat_"),
            Noon
        );

        Assert.Equal(ErrorCodes.ValidationError, refused.Error?.Code);
        Assert.Equal([$"{body}.name", $"{body}.expires_at", $"{body}.scopes"], refused.Error!.Details.Select(d => d.Field));
    }

    [Fact]
    public void A_long_list_of_nonsense_is_refused_with_a_short_answer() =>
        Assert.Equal(10, Issue([.. Enumerable.Range(0, 1000).Select(n => $"nonsense{n}")]).Error!.Details.Count);

    [Fact]
    public void A_name_has_bounds()
    {
        Assert.False(Issue([], new string('n', AccessToken.MaxNameLength)).IsRefused);
        Assert.True(Issue([], new string('n', AccessToken.MaxNameLength + 1)).IsRefused);
        Assert.True(Issue([], null).IsRefused);
    }

    private static Result<AccessToken> Issue(IReadOnlyList<string> scopes, string? name = "CI") =>
        AccessToken.Issue(Ada, TokenKind.Personal, name, scopes, null, TokenSecret.Generate("kpat_"), Noon);
}
