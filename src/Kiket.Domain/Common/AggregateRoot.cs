namespace Kiket.Domain.Common;

/// <summary>A thing that is loaded, changed and saved as one.</summary>
public abstract class AggregateRoot
{
    /// <summary>Database id, positive; 0 before the first save.</summary>
    public long Id { get; protected set; }

    /// <summary>The organization that owns it.</summary>
    public long OrganizationId { get; protected set; }

    /// <summary>Counts the changes from 1. Two writers who read the same version cannot both save.</summary>
    public int Version { get; private set; } = 1;

    /// <summary>When it was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was last changed (UTC).</summary>
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Records the making.</summary>
    /// <param name="at">Instant of the making.</param>
    protected void Created(DateTimeOffset at) => CreatedAt = UpdatedAt = at.ToUniversalTime();

    /// <summary>Records a change.</summary>
    /// <param name="at">Instant of the change.</param>
    protected void Touch(DateTimeOffset at)
    {
        UpdatedAt = at.ToUniversalTime();
        Version++;
    }
}
