using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Webhooks;

/// <summary>An event that is sent to a single endpoint and is not in the event log: the common members and its own.</summary>
internal static class DirectEvent
{
    public static string Write(
        string id,
        string name,
        Webhook webhook,
        DateTimeOffset at,
        params IEnumerable<KeyValuePair<string, object?>> says
    )
    {
        Dictionary<string, object?> document = new(StringComparer.Ordinal)
        {
            ["id"] = id,
            ["event"] = name,
            ["event_version"] = "v1",
            ["timestamp"] = at,
            ["occurred_at"] = at,
            ["organization_id"] = webhook.OrganizationId,
            ["project_id"] = webhook.ProjectId,
        };
        foreach (var (key, value) in says)
            document[key] = value;
        return JsonSerializer.Serialize(document, WireJson.Options);
    }
}
