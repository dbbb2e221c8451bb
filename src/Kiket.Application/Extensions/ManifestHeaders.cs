using System.Text.Json;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>
/// Removes the values of a callback's headers from a manifest, because everybody who can see the extension can see its manifest.
/// </summary>
internal static class ManifestHeaders
{
    /// <summary>Replaces a hidden value.</summary>
    public const string Filtered = "[filtered]";

    private static readonly JsonElement FilteredValue = JsonSerializer.SerializeToElement(Filtered);

    /// <returns>The manifest with the names of the headers only; one without headers is returned as it is.</returns>
    public static ExtensionManifest Hide(ExtensionManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest.Callback is { Headers.Count: > 0 } callback)
            manifest = manifest with
            {
                Callback = callback with { Headers = callback.Headers.ToDictionary(h => h.Key, _ => Filtered) },
            };
        if (manifest.Document is not { } document)
            return manifest;

        var isHidden = false;
        var shown = Change(
            document,
            (name, value) => name is "extension" ? Change(value, HideCallback) : HideCallback(name, value)
        );
        return isHidden ? manifest with { Document = shown, Source = shown.GetRawText() } : manifest;

        // Every place where any form of a manifest may have a callback, even if another one takes precedence.
        JsonElement HideCallback(string name, JsonElement value) =>
            name is "callback" or "callback_url" or "delivery"
                ? Change(
                    value,
                    (key, inner) => key.Equals("headers", StringComparison.OrdinalIgnoreCase) ? HideValues(inner) : inner
                )
                : value;

        JsonElement HideValues(JsonElement headers)
        {
            isHidden = true;
            return headers.ValueKind is JsonValueKind.Object ? Change(headers, (_, _) => FilteredValue) : FilteredValue;
        }
    }

    private static JsonElement Change(JsonElement map, Func<string, JsonElement, JsonElement> change) =>
        map.ValueKind is JsonValueKind.Object
            ? JsonSerializer.SerializeToElement(
                map.EnumerateObject().DistinctBy(m => m.Name).ToDictionary(m => m.Name, m => change(m.Name, m.Value))
            )
            : map;
}
