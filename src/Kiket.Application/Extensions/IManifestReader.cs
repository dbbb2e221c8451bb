using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>A manifest as received: YAML or JSON text, or a JSON value from a body.</summary>
/// <param name="IsStrict">Whether what may weaken a rule, such as an unknown event or permission, is an error.</param>
internal sealed record ManifestText(string? Text, JsonElement? Json, bool IsStrict = true);

/// <summary>A parsed manifest.</summary>
/// <param name="CallbackSecret">
/// The secret that it contained, which is only stored encrypted; null if there was none.
/// </param>
/// <param name="CallbackHeaders">The headers that it contained; the manifest keeps only their names.</param>
/// <param name="Warnings">Findings that are not errors.</param>
internal sealed record ReadManifest(
    ExtensionManifest Manifest,
    string? CallbackSecret,
    IReadOnlyDictionary<string, string> CallbackHeaders,
    IReadOnlyList<ErrorDetail> Warnings
);

/// <summary>Reads manifests; the border to YAML.</summary>
internal interface IManifestReader
{
    /// <returns>
    /// The manifest, or <c>EXTENSION_INSTALL_FAILED</c> with every error at its path and, for text, its line and column.
    /// </returns>
    Result<ReadManifest> Read(ManifestText manifest);
}

/// <summary>
/// The values that the operator lets the manifests of one organization refer to; nothing else of the process is visible to
/// them. Everyone who sees the extension sees addresses, so they are kept apart from secrets.
/// </summary>
internal interface IExtensionEnvironment
{
    /// <summary>The secret behind <c>env.NAME</c>, or null.</summary>
    /// <param name="organization">The organization's slug.</param>
    string? FindSecret(string organization, string name);

    /// <summary>The value of <c>${NAME}</c> in an address, or null.</summary>
    /// <param name="organization">The organization's slug.</param>
    string? FindAddress(string organization, string name);
}
