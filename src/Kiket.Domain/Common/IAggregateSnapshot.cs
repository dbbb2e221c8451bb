namespace Kiket.Domain.Common;

/// <summary>What every snapshot of an aggregate holds.</summary>
internal interface IAggregateSnapshot
{
    long Id { get; }

    long OrganizationId { get; }

    int Version { get; }

    DateTimeOffset CreatedAt { get; }

    DateTimeOffset UpdatedAt { get; }
}
