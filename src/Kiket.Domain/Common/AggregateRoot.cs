namespace Kiket.Domain.Common;

/// <summary>An aggregate of any type.</summary>
internal interface IAggregateRoot
{
    /// <inheritdoc cref="AggregateRoot{TId}.OrganizationId"/>
    OrganizationId OrganizationId { get; }

    /// <inheritdoc cref="AggregateRoot{TId}.DomainEvents"/>
    IReadOnlyList<IDomainEvent> DomainEvents { get; }

    /// <inheritdoc cref="AggregateRoot{TId}.Version"/>
    int Version { get; }

    /// <inheritdoc cref="AggregateRoot{TId}.ClearDomainEvents"/>
    void ClearDomainEvents();
}

/// <summary>An object that is loaded, changed and saved as a whole.</summary>
/// <typeparam name="TId">The type of its id.</typeparam>
public abstract class AggregateRoot<TId> : IAggregateRoot
    where TId : struct
{
    private readonly List<IDomainEvent> events = [];

    private protected AggregateRoot() { }

    /// <summary>Its events that have not been published yet, in order.</summary>
    public IReadOnlyList<IDomainEvent> DomainEvents => events;

    /// <summary>Database id, positive; 0 before the first save.</summary>
    public TId Id { get; private set; }

    /// <summary>The organization that owns it.</summary>
    public OrganizationId OrganizationId { get; private protected set; }

    /// <summary>Counts the changes from 1. Two writers who read the same version cannot both save.</summary>
    public int Version { get; private set; } = 1;

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was last changed (UTC).</summary>
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Removes the events after they were published.</summary>
    public void ClearDomainEvents() => events.Clear();

    /// <summary>Raises an event.</summary>
    /// <param name="happened">The fact.</param>
    internal void Raise(IDomainEvent happened) => events.Add(happened);

    /// <summary>Records the creation.</summary>
    /// <param name="at">Instant of the creation.</param>
    private protected void Created(DateTimeOffset at) => CreatedAt = UpdatedAt = at.ToUniversalTime();

    /// <summary>Records a change.</summary>
    /// <param name="at">Instant of the change.</param>
    private protected void Touch(DateTimeOffset at)
    {
        UpdatedAt = at.ToUniversalTime();
        Version++;
    }

    /// <summary>Restores the common properties from a snapshot.</summary>
    private protected void TakeStored(IAggregateSnapshot<TId> snapshot) =>
        (Id, OrganizationId, Version, CreatedAt, UpdatedAt) = (
            snapshot.Id,
            snapshot.OrganizationId,
            snapshot.Version,
            snapshot.CreatedAt,
            snapshot.UpdatedAt
        );
}
