using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Domain.Tests.Users;

public sealed class InvitationTests
{
    private static readonly DateTimeOffset Noon = new(2025, 12, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly User Ada = User.Join(new(7), "ada@example.com", OrganizationRole.Developer, null, Noon).Value;

    [Fact]
    public void An_invitation_is_good_once()
    {
        var invitation = Invite();

        Assert.False(invitation.Accept(Noon.AddDays(1)).IsRefused);
        Assert.Equal(Noon.AddDays(1), invitation.AcceptedAt);
        Assert.Equal("INVITATION_NOT_FOUND", invitation.Accept(Noon.AddDays(2)).Error?.Code);
        Assert.Equal((Noon.AddDays(1), 2), (invitation.AcceptedAt, invitation.Version));
    }

    [Fact]
    public void An_invitation_ends_after_seven_days()
    {
        Assert.False(Invite().Accept(Noon.AddDays(7).AddTicks(-1)).IsRefused);
        Assert.Equal("INVITATION_NOT_FOUND", Invite().Accept(Noon.AddDays(7)).Error?.Code);
    }

    [Fact]
    public void An_invitation_keeps_the_hash_of_its_token_only()
    {
        var secret = TokenSecret.Generate("kinv_");

        var invitation = Invitation.For(Ada, secret, Noon);

        Assert.Equal(TokenSecret.HashOf(secret.Plaintext), invitation.Hash);
        Assert.Equal(new(7), invitation.OrganizationId);
    }

    private static Invitation Invite() => Invitation.For(Ada, TokenSecret.Generate("kinv_"), Noon);
}
