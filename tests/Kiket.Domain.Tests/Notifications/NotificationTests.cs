using Kiket.Domain.Notifications;

namespace Kiket.Domain.Tests.Notifications;

public sealed class NotificationTests
{
    [Fact]
    public void Reading_it_again_keeps_the_first_instant_and_marking_it_unread_forgets_it()
    {
        var notification = Notification.About(An.Issue(), new(7), "Look at this.", NotificationLevel.Info, An.Noon);

        notification.Mark(isRead: true, An.Noon.AddHours(1));
        notification.Mark(isRead: true, An.Noon.AddHours(2));
        var read = notification.ReadAt;
        notification.Mark(isRead: false, An.Noon.AddHours(3));

        Assert.Equal((An.Noon.AddHours(1), null), (read, notification.ReadAt));
    }

    [Fact]
    public void A_message_that_is_too_long_is_cut_between_two_characters()
    {
        var message = new string('a', Notification.MaxMessageLength - 2) + "😀😀";

        var notification = Notification.About(An.Issue(), new(7), message, NotificationLevel.Warning, An.Noon);

        Assert.Equal(new string('a', Notification.MaxMessageLength - 2) + "…", notification.Message);
    }

    [Fact]
    public void It_says_something() =>
        Assert.Throws<ArgumentException>(() => Notification.About(An.Issue(), new(7), " ", NotificationLevel.Info, An.Noon));
}
