using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kiket.Domain.Common;
using Kiket.Domain.Guards;
using Kiket.Infrastructure.Webhooks;

namespace Kiket.Infrastructure.Guards;

/// <summary>
/// Reads the answer of a guard (contract 15.6). An answer without a JSON object contains no verdict and allows the move. An
/// object is a verdict, and denies the move unless it is complete and unambiguous: a denial must never be read as permission.
/// </summary>
internal static partial class GuardAnswer
{
    /// <summary>Maximum length of an answer.</summary>
    public const int MaxBytes = 262_144;

    private const int MaxMessageLength = 500;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <returns>The verdict; or null and the reason why the answer cannot be interpreted.</returns>
    public static (GuardDecision? Decision, string? Text) Read(AnswerBody answer)
    {
        if (!answer.IsWhole)
            return (null, string.Create(CultureInfo.InvariantCulture, $"is longer than {MaxBytes:N0} bytes"));
        try
        {
            var text = StrictUtf8.GetString(answer.Bytes).TrimStart('\uFEFF'); // RFC 8259 lets readers ignore a byte order mark
            if (!text.Contains('{'))
                return (GuardDecision.Allow, null);
            using var document = JsonDocument.Parse(
                Escape().Replace(text, e => e.Groups["half"].Success ? @"\uFFFD" : e.Value),
                Strict
            );
            return document.RootElement.ValueKind is JsonValueKind.Object
                ? Read([.. document.RootElement.EnumerateObject()])
                : (null, "is not a JSON object");
        }
        catch (DecoderFallbackException)
        {
            return (null, "is not valid UTF-8");
        }
        catch (JsonException)
        {
            return (null, "is not valid JSON or repeats a member");
        }
    }

    private static (GuardDecision? Decision, string? Text) Read(IReadOnlyList<JsonProperty> members)
    {
        // Serializers differ in the case of names, so 'Status' is the status too.
        var names = members.Select(m => m.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (names.Count < members.Count)
            return (null, "is not valid JSON or repeats a member");
        var status = Find(members, "status");
        var message =
            Find(members, "message") is { ValueKind: JsonValueKind.String } words && words.GetString() is { Length: > 0 } written
                ? StorableText.Of(written, MaxMessageLength)
                : null;
        if (status.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return (GuardDecision.Allow, message);
        return status.ValueKind is JsonValueKind.String && WireName.TryParse(status.GetString(), out GuardDecision decision)
            ? (decision, message)
            : (null, "has a status that is not 'allow', 'pending' or 'deny'");
    }

    private static JsonElement Find(IReadOnlyList<JsonProperty> members, string name) =>
        members.FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Matches every escape, so that <c>half</c> only matches an unpaired surrogate.</summary>
    [GeneratedRegex(@"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)")]
    private static partial Regex Escape();
}
