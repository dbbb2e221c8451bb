using Kiket.Domain.Common;

namespace Kiket.Domain.Projects;

/// <summary>A project was changed.</summary>
/// <param name="Changes">The fields before and after.</param>
/// <param name="ActorId">Who changed it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record ProjectUpdated(IReadOnlyList<FieldChange> Changes, UserId ActorId, DateTimeOffset OccurredAt) : IDomainEvent
{
    IReadOnlyList<PublicFact> IDomainEvent.ToPublic() => [new(EventNames.ProjectUpdated) { Changes = Changes }];
}
