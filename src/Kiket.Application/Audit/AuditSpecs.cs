using Ardalis.Specification;
using Kiket.Application.Common;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;

namespace Kiket.Application.Audit;

/// <summary>Filters of the audit log; null does not filter.</summary>
internal sealed record AuditFilter
{
    public string? Action { get; init; }

    public UserId? ActorId { get; init; }

    public string? SubjectType { get; init; }

    public long? SubjectId { get; init; }

    /// <summary>Only records from this instant on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only records before this instant.</summary>
    public DateTimeOffset? To { get; init; }
}

internal sealed class AuditRecordsThat : Specification<AuditRecord>
{
    public AuditRecordsThat(AuditFilter filter)
    {
        Query.AsNoTracking();
        if (filter.Action is { } action)
            Query.Where(r => r.Action == action);
        if (filter.ActorId is { } actor)
            Query.Where(r => r.ActorId == actor);
        if (filter.SubjectType is { } type)
            Query.Where(r => r.SubjectType == type);
        if (filter.SubjectId is { } id)
            Query.Where(r => r.SubjectId == id);
        if (filter.From is { } from)
            Query.Where(r => r.At >= StoredInstant.Of(from));
        if (filter.To is { } to)
            Query.Where(r => r.At < StoredInstant.Of(to));
    }
}
