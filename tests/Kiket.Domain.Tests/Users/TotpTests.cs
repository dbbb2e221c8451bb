using System.Text;
using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Domain.Tests.Users;

public sealed class TotpTests
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("12345678901234567890");
    private static readonly DateTimeOffset Noon = new(2025, 12, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The vectors of RFC 6238, appendix B, for SHA-1, cut to six digits.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code) =>
        Assert.Equal(code, Totp.CodeOf(Key, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    [Fact]
    public void A_key_is_base32_of_20_bytes()
    {
        Assert.Equal(Key, Totp.BytesOf("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
        Assert.Equal(20, Totp.BytesOf(Totp.NewKey())!.Length);
        Assert.Null(Totp.BytesOf("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1"));
        Assert.Null(Totp.BytesOf("GEZDGNBV"));
        Assert.Null(Totp.BytesOf(null));
    }

    [Fact]
    public void A_code_may_be_one_step_off_and_works_once()
    {
        var step = Totp.StepAt(Noon);

        Assert.Equal(step - 1, Totp.FindStep(Key, Totp.CodeOf(Key, step - 1), Noon, after: 0));
        Assert.Equal(step + 1, Totp.FindStep(Key, Totp.CodeOf(Key, step + 1), Noon, after: 0));
        Assert.Null(Totp.FindStep(Key, Totp.CodeOf(Key, step - 2), Noon, after: 0));
        Assert.Null(Totp.FindStep(Key, Totp.CodeOf(Key, step), Noon, after: step));
        Assert.Null(Totp.FindStep(Key, "", Noon, after: 0));
    }

    [Fact]
    public void A_sign_in_takes_each_code_and_each_recovery_code_once()
    {
        var ada = User.Join(new(7), "ada@example.com", OrganizationRole.Developer, null, Noon).Value;
        var signIn = PasswordSignIn.For(ada, Noon);
        signIn.UseTotp(
            "encrypted",
            0,
            [TokenSecret.Chosen("abcd-efgh-jkmn-pqrs"), TokenSecret.Chosen("2345-6789-abcd-efgh")],
            Noon
        );
        var code = Totp.CodeOf(Key, Totp.StepAt(Noon));

        Assert.True(signIn.TakeCode(Key, code.Insert(3, " "), Noon));
        Assert.False(signIn.TakeCode(Key, code, Noon));
        Assert.True(signIn.TakeCode(null, "ABCD-EFGH-JKMN-PQRS", Noon));
        Assert.False(signIn.TakeCode(null, "abcd-efgh-jkmn-pqrs", Noon));
        Assert.Single(signIn.RecoveryHashes);

        signIn.RemoveTotp(Noon);
        Assert.False(signIn.TakeCode(null, "2345-6789-abcd-efgh", Noon));
    }
}
