namespace Kiket.Domain.Common;

/// <summary>What every snapshot of an aggregate holds.</summary>
/// <typeparam name="TId">The type of the aggregate's id.</typeparam>
internal interface IAggregateSnapshot<out TId>
    where TId : struct
{
    TId Id { get; }

    OrganizationId OrganizationId { get; }

    int Version { get; }

    DateTimeOffset CreatedAt { get; }

    DateTimeOffset UpdatedAt { get; }
}
