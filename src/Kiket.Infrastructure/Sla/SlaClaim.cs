using Kiket.Domain.Common;

namespace Kiket.Infrastructure.Sla;

/// <summary>A timer that a worker has claimed.</summary>
internal sealed record SlaClaim(long TimerId, OrganizationId OrganizationId, Guid Claim);
