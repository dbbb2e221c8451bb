using Kiket.Application.Actions;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Outbox;

/// <summary>An event on its way: saved together with what it tells of, processed later, once.</summary>
public sealed class OutboxMessage
{
    /// <summary>How often a message is tried before it is given up.</summary>
    public const int MaxAttempts = 10;

    public const int MaxErrorLength = 2_000;

    private OutboxMessage()
    {
    }

    /// <summary>Later events of an issue have greater ids.</summary>
    public long Id { get; private set; }

    public long OrganizationId { get; private set; }

    /// <summary>The public name of the event, never that of a class.</summary>
    public string Event { get; private set; } = "";

    public long ProjectId { get; private set; }

    public long IssueId { get; private set; }

    /// <summary>The issue, where it is saved together with the event, so that the database's id gets into <see cref="IssueId"/>.</summary>
    public Issue? Issue { get; private set; }

    public long? CommentId { get; private set; }

    /// <inheritdoc cref="Issue"/>
    public Comment? Comment { get; private set; }

    public OutboxPayload Payload { get; private set; } = null!;

    public DateTimeOffset OccurredAt { get; private set; }

    /// <summary>When it was done with, well or after its last attempt; null while it waits.</summary>
    public DateTimeOffset? ProcessedAt { get; private set; }

    /// <summary>How often it has failed.</summary>
    public int Attempts { get; private set; }

    /// <summary>Before this instant nobody else takes it: a worker has it, or it failed and rests.</summary>
    public DateTimeOffset ClaimedUntil { get; private set; }

    /// <summary>The claim of the worker who took it last.</summary>
    public Guid? ClaimId { get; private set; }

    /// <summary>Why it failed last, or null.</summary>
    public string? LastError { get; private set; }

    /// <param name="depth">How many events in a row caused each other before this one.</param>
    public static OutboxMessage For(AggregateRoot root, IDomainEvent happened, int depth)
    {
        var message = new OutboxMessage
        {
            OrganizationId = root.OrganizationId,
            OccurredAt = happened.OccurredAt.ToUniversalTime(),
            ClaimedUntil = happened.OccurredAt.ToUniversalTime(),
            Issue = root as Issue,
            Comment = root as Comment,
        };
        (message.Event, message.ProjectId, message.Payload) = happened switch
        {
            IssueCreated e => (EventNames.IssueCreated, e.ProjectId, new OutboxPayload(e.ActorId, null, e.Status, [], depth)),
            IssueUpdated e => (EventNames.IssueUpdated, e.ProjectId, new OutboxPayload(e.ActorId, null, null, e.Changes, depth)),
            IssueTransitioned e => (EventNames.IssueStatusChanged, e.ProjectId, new OutboxPayload(e.ActorId, e.From, e.To, e.Changes, depth)),
            CommentCreated e => (EventNames.CommentCreated, e.ProjectId, new OutboxPayload(e.ActorId, null, null, [], depth)),
            _ => throw new InvalidOperationException($"{happened.GetType().Name} has no public name."),
        };
        if (happened is CommentCreated comment)
            message.IssueId = comment.IssueId;
        return message;
    }

    public IssueEvent ToEvent() =>
        new(Event, IssueId, ProjectId, CommentId, Payload.From, Payload.To, Payload.Changes, Payload.ActorId, Payload.Depth);
}

/// <summary>What an event says besides what it is about.</summary>
public sealed record OutboxPayload(long ActorId, string? From, string? To, IReadOnlyList<FieldChange> Changes, int Depth);

internal sealed class OutboxMessageConfiguration : IEntityTypeConfiguration<OutboxMessage>
{
    public void Configure(EntityTypeBuilder<OutboxMessage> builder)
    {
        builder.HasKey(m => m.Id);
        builder.Property(m => m.Event).HasMaxLength(64);
        builder.Property(m => m.LastError).HasMaxLength(OutboxMessage.MaxErrorLength);
        builder.HasOne(m => m.Issue).WithMany().HasForeignKey(m => m.IssueId);
        builder.HasOne(m => m.Comment).WithMany().HasForeignKey(m => m.CommentId);

        // What waits is found by the first, the earlier ones of its issue by the second; what is to be pruned by the third.
        builder.HasIndex(m => new { m.ProcessedAt, m.ClaimedUntil });
        builder.HasIndex(m => new { m.IssueId, m.ProcessedAt, m.Id });
        builder.HasIndex(m => m.CommentId);
    }
}
