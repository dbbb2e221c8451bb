using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;

namespace Kiket.Domain.Tests.Webhooks;

public sealed class PauseTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private static Webhook AnEndpoint => Webhook.ForActions(new(1), "https://example.com:443", Noon);

    [Fact]
    public void A_paused_endpoint_is_sent_nothing_until_the_pause_is_over()
    {
        var webhook = AnEndpoint;

        Assert.False(webhook.Pause(TimeSpan.FromHours(2), Noon).IsRefused);

        Assert.True(webhook.Circuit.IsByHand);
        Assert.True(webhook.Circuit.IsOpen(Noon.AddHours(1)));
        Assert.False(webhook.Circuit.IsOpen(Noon.AddHours(2)));
        webhook.Resume(Noon.AddHours(1));
        Assert.Equal(default, webhook.Circuit);
    }

    [Theory]
    [InlineData(AttemptVerdict.Delivered)]
    [InlineData(AttemptVerdict.Refused)]
    [InlineData(AttemptVerdict.Retry)]
    [InlineData(AttemptVerdict.Gone)]
    internal void An_answer_during_a_pause_by_hand_does_not_end_it(AttemptVerdict verdict)
    {
        var paused = Circuit.PauseByHand(Noon.AddHours(1));

        Assert.Equal(paused, paused.After(verdict, null, Noon));
    }

    [Fact]
    public void After_a_pause_by_hand_one_delivery_tries()
    {
        var paused = Circuit.PauseByHand(Noon);

        Assert.True(paused.IsProbing);
        Assert.Equal(default, paused.After(AttemptVerdict.Delivered, null, Noon));
        Assert.Equal(new(1, 1, Noon.AddSeconds(30)), paused.After(AttemptVerdict.Retry, null, Noon));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(169)]
    public void A_pause_is_between_nothing_and_a_week(int hours)
    {
        var webhook = AnEndpoint;

        var refused = webhook.Pause(TimeSpan.FromHours(hours), Noon);

        Assert.Equal(ErrorCodes.ValidationError, refused.Error?.Code);
        Assert.Equal(default, webhook.Circuit);
    }
}
