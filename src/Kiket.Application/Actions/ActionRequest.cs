using System.Text.Json.Serialization;

namespace Kiket.Application.Actions;

/// <summary>A request that an action of a workflow has written: the host and all that goes to it are the author's own.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Url">Address.</param>
/// <param name="Headers">Headers beside ours.</param>
/// <param name="Body">JSON, or null for none.</param>
internal sealed record ActionRequest(string Method, string Url, IReadOnlyDictionary<string, string> Headers, string? Body)
{
    /// <summary>The trace context of what ran the action, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trace { get; init; }

    /// <summary>Scheme, host and port of an address: what requests to one endpoint have in common.</summary>
    public static string HostOf(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.GetLeftPart(UriPartial.Authority);
    }
}
