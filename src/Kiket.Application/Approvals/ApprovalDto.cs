using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Approvals;

/// <summary>An approval of one transition of an issue (decisions, 15).</summary>
internal sealed record ApprovalDto : IVersioned
{
    public required long Id { get; init; }

    public required IssueId IssueId { get; init; }

    public required string Name { get; init; }

    public required StateKey From { get; init; }

    public required StateKey To { get; init; }

    public required ApprovalStatus Status { get; init; }

    /// <summary>Level in a chain; approvals of a level are requested once all lower levels are approved.</summary>
    public required int Level { get; init; }

    /// <summary>How many different people must approve.</summary>
    public required int Required { get; init; }

    public required IReadOnlyList<Approver> Approvers { get; init; }

    public required string? Message { get; init; }

    public required UserSummary RequestedBy { get; init; }

    public required IReadOnlyList<ApprovalDecisionDto> Decisions { get; init; }

    public required DateTimeOffset? EscalatesAt { get; init; }

    public required DateTimeOffset? EscalatedAt { get; init; }

    public required DateTimeOffset? ResolvedAt { get; init; }

    public required int Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

internal sealed record ApprovalDecisionDto(UserSummary User, bool Approved, string? Comment, DateTimeOffset At);

internal static class ApprovalProjection
{
    /// <summary>Two statements for any number of approvals: the people are read together.</summary>
    public static async Task<IReadOnlyList<ApprovalDto>> ToDtoAsync(
        this IReadOnlyList<Approval> approvals,
        IKiketDb db,
        CancellationToken ct
    )
    {
        var ids = approvals.SelectMany(a => a.Decisions.Select(d => d.UserId).Append(a.RequestedById)).Distinct().ToList();
        var people = await db
            .Users.Where(u => ids.Contains(u.Id))
            .Select(u => new UserSummary(u.Id, u.Name, u.Email))
            .ToDictionaryAsync(u => u.Id, ct);
        return
        [
            .. approvals.Select(a => new ApprovalDto
            {
                Id = a.Id,
                IssueId = a.IssueId,
                Name = a.Requirement.Name,
                From = a.From,
                To = a.To,
                Status = a.Status,
                Level = a.Requirement.Level,
                Required = a.Requirement.Required,
                Approvers = a.Requirement.Approvers,
                Message = a.Requirement.Message,
                RequestedBy = people[a.RequestedById],
                Decisions = [.. a.Decisions.Select(d => new ApprovalDecisionDto(people[d.UserId], d.Approved, d.Comment, d.At))],
                EscalatesAt = a.EscalatesAt,
                EscalatedAt = a.EscalatedAt,
                ResolvedAt = a.ResolvedAt,
                Version = a.Version,
                CreatedAt = a.CreatedAt,
                UpdatedAt = a.UpdatedAt,
            }),
        ];
    }
}
