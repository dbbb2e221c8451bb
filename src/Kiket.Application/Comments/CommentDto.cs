using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Comments;

/// <summary>A comment as clients see it (contract 7.3).</summary>
internal sealed record CommentDto : IVersioned
{
    public required long Id { get; init; }

    public required IssueId IssueId { get; init; }

    public required string Body { get; init; }

    public required UserSummary Author { get; init; }

    public required int Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

internal static class CommentProjection
{
    public static CommentDto ToDto(this Comment comment, UserSummary author) =>
        new()
        {
            Id = comment.Id,
            IssueId = comment.IssueId,
            Body = comment.Body,
            Author = author,
            Version = comment.Version,
            CreatedAt = comment.CreatedAt,
            UpdatedAt = comment.UpdatedAt,
        };

    public static IQueryable<CommentDto> ToDto(this IQueryable<Comment> comments, IKiketDb db) =>
        comments
            .AsNoTracking()
            .Join(
                db.Users,
                c => c.AuthorId,
                u => u.Id,
                (c, u) =>
                    new CommentDto
                    {
                        Id = c.Id,
                        IssueId = c.IssueId,
                        Body = c.Body,
                        Author = new UserSummary(u.Id, u.Name, u.Email),
                        Version = c.Version,
                        CreatedAt = c.CreatedAt,
                        UpdatedAt = c.UpdatedAt,
                    }
            );
}
