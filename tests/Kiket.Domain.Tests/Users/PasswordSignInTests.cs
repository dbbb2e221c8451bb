using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Domain.Tests.Users;

public sealed class PasswordSignInTests
{
    private static readonly DateTimeOffset Noon = new(2025, 12, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly User Ada = User.Join(new(7), "ada@example.com", OrganizationRole.Developer, null, Noon).Value;

    [Fact]
    public void Nobody_can_sign_in_before_there_is_a_password() => Assert.False(PasswordSignIn.For(Ada, Noon).BeginTry(Noon));

    [Fact]
    public void A_link_sets_the_password_once_and_within_a_day()
    {
        var signIn = Offered();

        Assert.Equal("PASSWORD_LINK_NOT_FOUND", signIn.SetPassword("hash", Noon.AddHours(24)).Error?.Code);
        Assert.Null(signIn.PasswordHash);
        Assert.Null(signIn.SetPassword("hash", Noon.AddHours(24).AddTicks(-1)).Error);
        Assert.Equal("PASSWORD_LINK_NOT_FOUND", signIn.SetPassword("other", Noon).Error?.Code);
        Assert.Equal("hash", signIn.PasswordHash);
    }

    [Fact]
    public void Another_password_has_another_stamp()
    {
        var signIn = WithPassword();
        var before = signIn.Stamp;

        signIn.OfferLink(TokenSecret.Generate(PasswordSignIn.LinkLabel), Noon);
        Assert.Null(signIn.SetPassword("other", Noon).Error);

        Assert.NotEqual(before, signIn.Stamp);
    }

    [Fact]
    public void Five_tries_lock_the_user_out_for_fifteen_minutes()
    {
        var signIn = WithPassword();

        var tries = Enumerable.Range(0, 6).Select(_ => signIn.BeginTry(Noon)).ToList();

        Assert.Equal([true, true, true, true, true, false], tries);
        Assert.True(signIn.IsLocked(Noon.AddMinutes(15).AddTicks(-1)));
        Assert.True(signIn.BeginTry(Noon.AddMinutes(15)));
        Assert.Equal((1, null), (signIn.Tries, signIn.LockedUntil));
    }

    [Fact]
    public void The_last_try_that_is_right_ends_the_lock()
    {
        var signIn = WithPassword();
        for (var n = 0; n < PasswordSignIn.MaxTries; n++)
            signIn.BeginTry(Noon);

        signIn.Succeed(Noon);

        Assert.Equal((0, null), (signIn.Tries, signIn.LockedUntil));
    }

    [Fact]
    public void A_try_that_was_not_a_guess_does_not_count()
    {
        var signIn = WithPassword();
        for (var n = 0; n < 10; n++)
        {
            Assert.True(signIn.BeginTry(Noon));
            signIn.ForgetTry(Noon);
        }

        Assert.Equal((0, null), (signIn.Tries, signIn.LockedUntil));
    }

    [Fact]
    public void A_new_password_ends_a_lock()
    {
        var signIn = WithPassword();
        for (var n = 0; n < PasswordSignIn.MaxTries; n++)
            signIn.BeginTry(Noon);

        signIn.OfferLink(TokenSecret.Generate(PasswordSignIn.LinkLabel), Noon);
        Assert.Null(signIn.SetPassword("other", Noon).Error);

        Assert.True(signIn.BeginTry(Noon));
    }

    private static PasswordSignIn Offered()
    {
        var signIn = PasswordSignIn.For(Ada, Noon);
        signIn.OfferLink(TokenSecret.Generate(PasswordSignIn.LinkLabel), Noon);
        return signIn;
    }

    private static PasswordSignIn WithPassword()
    {
        var signIn = Offered();
        Assert.Null(signIn.SetPassword("hash", Noon).Error);
        return signIn;
    }
}
