using System.Globalization;
using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>What kind of value a field holds when a condition looks at it.</summary>
internal enum FieldKind
{
    /// <summary>Nothing: null, an empty text, an empty list, or no such field.</summary>
    Missing,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>An instant; a day counts as its first instant (UTC).</summary>
    Instant,

    /// <summary>Several texts.</summary>
    List,

    /// <summary>A user: equal to their id, their e-mail address and their name.</summary>
    User,
}

/// <summary>A field's value in the form in which conditions compare it.</summary>
/// <remarks>
/// Texts compare without regard to case. A text that reads as a number, an instant or a flag compares as one when the other
/// side is one, because YAML authors quote as they like. The source has no rule for types; this is ours
/// (docs/decisions/0006-condition-semantics.md).
/// </remarks>
internal readonly record struct FieldValue
{
    private readonly string? text;
    private readonly decimal number;
    private readonly IReadOnlyList<string>? list;

    private FieldValue(FieldKind kind, string? text = null, decimal number = 0, IReadOnlyList<string>? list = null)
    {
        Kind = kind;
        this.text = text;
        this.number = number;
        this.list = list;
    }

    /// <summary>Nothing.</summary>
    public static FieldValue Missing => default;

    /// <summary>What kind of value it is.</summary>
    public FieldKind Kind { get; }

    /// <summary>Whether there is nothing.</summary>
    public bool IsMissing => Kind is FieldKind.Missing;

    /// <summary>A text; nothing when it is null or shows nothing.</summary>
    /// <param name="value">The text.</param>
    public static FieldValue Of(string? value) => UnicodeText.IsBlank(value) ? Missing : new(FieldKind.Text, value);

    /// <summary>A number; nothing when it is null.</summary>
    /// <param name="value">The number.</param>
    public static FieldValue Of(decimal? value) => value is { } known ? new(FieldKind.Number, number: known) : Missing;

    /// <summary>A flag.</summary>
    /// <param name="value">The flag.</param>
    public static FieldValue Of(bool value) => new(FieldKind.Flag, number: value ? 1 : 0);

    /// <summary>An instant; nothing when it is null.</summary>
    /// <param name="value">The instant.</param>
    public static FieldValue Of(DateTimeOffset? value) =>
        value is { } known ? new(FieldKind.Instant, number: known.UtcTicks) : Missing;

    /// <summary>A day; nothing when it is null.</summary>
    /// <param name="value">The day.</param>
    public static FieldValue Of(DateOnly? value) =>
        value is { } known ? new(FieldKind.Instant, number: known.ToDateTime(TimeOnly.MinValue).Ticks) : Missing;

    /// <summary>Several texts; nothing when there are none.</summary>
    /// <param name="values">The texts.</param>
    public static FieldValue Of(IReadOnlyList<string> values) =>
        values is { Count: > 0 } ? new(FieldKind.List, list: values) : Missing;

    /// <summary>A user.</summary>
    /// <param name="id">Their id.</param>
    /// <param name="email">Their address, or null when it is not known.</param>
    public static FieldValue OfUser(UserId id, string? email) => new(FieldKind.User, email, id.Value);

    /// <summary>A JSON value: what a custom field holds, or what a condition compares with.</summary>
    /// <param name="json">The value.</param>
    public static FieldValue Of(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.String => Of(json.GetString()),
            JsonValueKind.Number => json.TryGetDecimal(out var value) ? Of(value) : Of(json.GetRawText()),
            JsonValueKind.True => Of(true),
            JsonValueKind.False => Of(false),
            JsonValueKind.Array => Of([.. json.EnumerateArray().Select(TextOf)]),
            JsonValueKind.Object => Of(json.GetRawText()),
            _ => Missing,
        };

    /// <summary>Whether both are the same, case-insensitive.</summary>
    /// <param name="other">The other value.</param>
    public bool Matches(FieldValue other)
    {
        if (IsMissing || other.IsMissing)
            return IsMissing && other.IsMissing;
        if (Kind is FieldKind.List || other.Kind is FieldKind.List)
            return SameList(other);
        if (Kind is FieldKind.User || other.Kind is FieldKind.User)
            return SameUser(other);
        return CompareTo(other) is { } order
            ? order == 0
            : string.Equals(ToString(), other.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The order of two values, or null when they have none.</summary>
    /// <param name="other">The other value.</param>
    /// <returns>
    /// Less than 0, 0 or greater than 0; texts have an order only when both read as numbers, instants, flags or priorities.
    /// </returns>
    public int? CompareTo(FieldValue other) =>
        (AsNumber, other.AsNumber) is ({ } left, { } right) ? left.CompareTo(right)
        : (AsInstant, other.AsInstant) is ({ } earlier, { } later) ? earlier.CompareTo(later)
        : (AsFlag, other.AsFlag) is ({ } yes, { } no) ? yes.CompareTo(no)
        : (AsPriority, other.AsPriority) is ({ } low, { } high) ? low.CompareTo(high)
        : null;

    /// <summary>Whether a list has an element, or a text a part.</summary>
    /// <param name="part">The element or part; of several, any is enough.</param>
    public bool Contains(FieldValue part)
    {
        if (IsMissing || part.IsMissing)
            return false;
        var (whole, parts) = (this, part.Elements);
        return Kind is FieldKind.List
            ? parts.Any(p => whole.Elements.Contains(p, StringComparer.OrdinalIgnoreCase))
            : parts.Any(p => whole.ToString().Contains(p, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a value, or any element of a list, is one of several.</summary>
    /// <param name="several">The several.</param>
    public bool IsIn(FieldValue several)
    {
        if (IsMissing)
            return false;
        var own = this;
        return several.Elements.Any(one =>
            Of(one) is var value
            && (own.Kind is FieldKind.List ? own.Elements.Any(element => Of(element).Matches(value)) : own.Matches(value))
        );
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Kind switch
        {
            FieldKind.Text => text!,
            FieldKind.Number => number.ToString(CultureInfo.InvariantCulture),
            FieldKind.Flag => number == 0 ? "false" : "true",
            FieldKind.Instant => new DateTime((long)number, DateTimeKind.Utc).ToString("O", CultureInfo.InvariantCulture),
            FieldKind.List => string.Join(", ", list!),
            FieldKind.User => text ?? number.ToString(CultureInfo.InvariantCulture),
            _ => "",
        };

    private IReadOnlyList<string> Elements =>
        Kind switch
        {
            FieldKind.Missing => [],
            FieldKind.List => list!,
            _ => [ToString()],
        };

    private decimal? AsNumber =>
        Kind switch
        {
            FieldKind.Number => number,
            FieldKind.Text => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                ? value
                : null,
            _ => null,
        };

    private long? AsInstant =>
        Kind switch
        {
            FieldKind.Instant => (long)number,
            FieldKind.Text when text is [>= '0' and <= '9', _, _, _, '-', ..] => DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var instant
            )
                ? instant.UtcTicks
                : null,
            _ => null,
        };

    private bool? AsFlag =>
        Kind switch
        {
            FieldKind.Flag => number != 0,
            FieldKind.Text => bool.TryParse(text, out var value) ? value : null,
            _ => null,
        };

    private IssuePriority? AsPriority => WireName.TryParse(text, out IssuePriority priority) ? priority : null;

    private bool SameUser(FieldValue other)
    {
        var (user, plain) = Kind is FieldKind.User ? (this, other) : (other, this);
        return plain.Kind is FieldKind.User
            ? user.number == plain.number
            : plain.AsNumber == user.number || string.Equals(plain.ToString(), user.text, StringComparison.OrdinalIgnoreCase);
    }

    private bool SameList(FieldValue other) => Elements.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(other.Elements);

    private static string TextOf(JsonElement element) =>
        element.ValueKind is JsonValueKind.String ? element.GetString()! : element.GetRawText();
}
