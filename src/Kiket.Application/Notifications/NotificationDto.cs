using Kiket.Domain.Common;
using Kiket.Domain.Notifications;

namespace Kiket.Application.Notifications;

internal sealed record NotificationDto
{
    public required long Id { get; init; }

    public required string Message { get; init; }

    public required NotificationLevel Level { get; init; }

    public required NotifiedIssue Issue { get; init; }

    public required DateTimeOffset? ReadAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed record NotifiedIssue(IssueId Id, string Key, string Title);
