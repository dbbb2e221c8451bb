using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>A manifest as it came: YAML or JSON text, or a JSON value out of a body.</summary>
/// <param name="IsStrict">Whether what may weaken a rule, such as an unknown event or permission, is an error.</param>
internal sealed record ManifestText(string? Text, JsonElement? Json, bool IsStrict = true);

/// <summary>What a manifest says.</summary>
/// <param name="CallbackSecret">
/// The secret that stood in it, which is kept nowhere but encrypted; null when there was none.
/// </param>
/// <param name="CallbackHeaders">The headers that stood in it; the manifest keeps their names only.</param>
/// <param name="Warnings">What was noticed without being a fault.</param>
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
    /// The manifest, or <c>EXTENSION_INSTALL_FAILED</c> with every fault at its path and, for text, its line and column.
    /// </returns>
    Result<ReadManifest> Read(ManifestText manifest);
}

/// <summary>
/// What the operator gives the manifests of one organization to refer to; nothing else of the process can be seen. Addresses
/// are shown to everybody who sees the extension, so they are kept apart from secrets.
/// </summary>
internal interface IExtensionEnvironment
{
    /// <summary>The secret behind <c>env.NAME</c>, or null.</summary>
    /// <param name="organization">The organization's slug.</param>
    string? FindSecret(string organization, string name);

    /// <summary>What <c>${NAME}</c> in an address stands for, or null.</summary>
    /// <param name="organization">The organization's slug.</param>
    string? FindAddress(string organization, string name);
}
