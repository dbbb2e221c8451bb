using Kiket.Domain.Common;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Ports;

/// <summary>Finds the values of an extension's secrets in the scopes that hold them (contract 12.3).</summary>
internal interface IExtensionSecrets
{
    /// <summary>The secrets that its manifest names.</summary>
    Task<ResolvedSecrets> ResolveAsync(Extension extension, ProjectId? projectId, CancellationToken ct);
}

/// <param name="Values">Plaintexts by key; never logged.</param>
/// <param name="Missing">Keys that no scope holds.</param>
internal sealed record ResolvedSecrets(IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Missing);
