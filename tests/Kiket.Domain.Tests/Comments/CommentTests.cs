using Kiket.Domain.Comments;
using Kiket.Domain.Common;

namespace Kiket.Domain.Tests.Comments;

public sealed class CommentTests
{
    [Fact]
    public void A_comment_is_written_and_announced()
    {
        var comment = Comment.On(An.Issue(), "Looks good.", authorId: new(7), An.Noon).Value;

        Assert.Equal(
            (new IssueId(42), new UserId(7), "Looks good.", An.Noon),
            (comment.IssueId, comment.AuthorId, comment.Body, comment.CreatedAt)
        );
        Assert.IsType<CommentCreated>(Assert.Single(comment.DomainEvents));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t\u200B ")]
    public void A_body_without_a_visible_character_is_refused(string? body)
    {
        var comment = Comment.On(An.Issue(), "Kept", new(7), An.Noon).Value;

        Assert.Equal("comment.body", Comment.On(An.Issue(), body, new(7), An.Noon).Error?.Details[0].Field);
        Assert.Equal(ErrorCodes.ValidationError, comment.Rewrite(An.Issue(), body, new(7), An.Noon).Error?.Code);
        Assert.Equal("Kept", comment.Body);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_body_is_measured_in_characters(int more, bool isTaken)
    {
        // Each of these is two units of UTF-16 and one character.
        var body = string.Concat(Enumerable.Repeat("😀", Comment.MaxBodyLength + more));

        Assert.Equal(!isTaken, Comment.On(An.Issue(), body, new(7), An.Noon).IsRefused);
    }

    [Fact]
    public void The_same_body_changes_nothing_and_another_one_tells_what_was_before()
    {
        var comment = Comment.On(An.Issue(), "First", new(7), An.Noon).Value;
        comment.ClearDomainEvents();

        comment.Rewrite(An.Issue(), "First", new(7), An.Noon.AddHours(1));
        var version = comment.Version;
        comment.Rewrite(An.Issue(), "Second", new(8), An.Noon.AddHours(2));

        Assert.Equal((1, 2, An.Noon.AddHours(2)), (version, comment.Version, comment.UpdatedAt));
        var change = Assert.IsType<CommentUpdated>(Assert.Single(comment.DomainEvents)).Changes[0];
        Assert.Equal(("body", "First", "Second"), (change.Field, change.From, change.To));
    }
}
