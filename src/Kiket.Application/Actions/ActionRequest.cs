using System.Text.Json.Serialization;

namespace Kiket.Application.Actions;

/// <summary>A request defined by an action of a workflow; its author chooses the host and the content.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Url">Address.</param>
/// <param name="Headers">Headers in addition to Kiket's.</param>
/// <param name="Body">JSON, or null for none.</param>
internal sealed record ActionRequest(string Method, string Url, IReadOnlyDictionary<string, string> Headers, string? Body)
{
    /// <summary>The trace context of what ran the action, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trace { get; init; }

    /// <summary>Scheme, host and port of an address, which identify an endpoint.</summary>
    public static string HostOf(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.GetLeftPart(UriPartial.Authority);
    }
}
