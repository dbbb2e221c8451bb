using System.Text.Json;
using Kiket.Domain.Audit;

namespace Kiket.Application.Audit;

/// <summary>The details of a record, as they are stored.</summary>
internal sealed record AuditDetails(string? Address, string? RequestId, JsonElement Changes, int Omitted)
{
    private static readonly JsonSerializerOptions Stored = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly AuditDetails Unreadable = new(null, null, JsonElement.Parse("[]"), 0);

    /// <summary>The records whose details this action erased, as ranges of their places in the log.</summary>
    public IEnumerable<SequenceRange> ErasedRecords => Changes.EnumerateArray().SelectMany(RangesOf);

    /// <summary>
    /// Details that were changed in the database may be anything. Verification says so; reading the log must still be possible.
    /// </summary>
    public static AuditDetails Read(string text)
    {
        try
        {
            var read = JsonSerializer.Deserialize<AuditDetails>(text, Stored);
            return read?.Changes.ValueKind is JsonValueKind.Array ? read : Unreadable;
        }
        catch (JsonException)
        {
            return Unreadable;
        }
    }

    private static IEnumerable<SequenceRange> RangesOf(JsonElement change) =>
        change.TryGetProperty("records", out var ranges)
            ? ranges.EnumerateArray().Select(r => new SequenceRange(r[0].GetInt64(), r[1].GetInt64()))
            : [];
}
