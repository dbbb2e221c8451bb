namespace Kiket.Infrastructure.Sla;

/// <summary>A timer that a worker has claimed.</summary>
internal sealed record SlaClaim(long TimerId, long OrganizationId, Guid Claim);
