using Kiket.Domain.Common;

namespace Kiket.Application.Ports;

/// <summary>The tokens in deliveries, with which extensions call back (contract 2.4).</summary>
internal interface IRuntimeTokens
{
    /// <summary>Reads a token.</summary>
    /// <returns>Its claims, or null when it was not issued here, was tampered with or has expired.</returns>
    Task<RuntimeClaims?> ValidateAsync(string token, CancellationToken ct);
}

/// <param name="OrganizationId">The organization.</param>
/// <param name="InstallationId">The installation of the extension.</param>
/// <param name="ProjectId">The project of the event, or null.</param>
/// <param name="Scopes">The granted scopes, in all spellings.</param>
/// <param name="ExpiresAt">When it expires.</param>
internal sealed record RuntimeClaims(
    OrganizationId OrganizationId,
    ExtensionId InstallationId,
    ProjectId? ProjectId,
    IReadOnlyList<string> Scopes,
    DateTimeOffset ExpiresAt
);
