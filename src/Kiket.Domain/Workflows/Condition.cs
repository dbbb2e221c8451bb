using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>How a condition compares.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConditionOperator>))]
public enum ConditionOperator
{
    /// <summary>The same.</summary>
    Equal,

    /// <summary>Not the same; also true of a missing value.</summary>
    NotEqual,

    /// <summary>Less; false of a missing value, as all comparisons of order are.</summary>
    LessThan,

    /// <summary>Less or the same.</summary>
    LessOrEqual,

    /// <summary>Greater.</summary>
    GreaterThan,

    /// <summary>Greater or the same.</summary>
    GreaterOrEqual,

    /// <summary>One of several.</summary>
    In,

    /// <summary>None of several; also true of a missing value.</summary>
    NotIn,

    /// <summary>A list has the element, or a text the part.</summary>
    Contains,

    /// <summary>The opposite of <see cref="Contains"/>.</summary>
    NotContains,

    /// <summary>There is a value.</summary>
    IsPresent,

    /// <summary>There is none.</summary>
    IsEmpty,
}

/// <summary>The spellings of operators in definitions.</summary>
internal static class ConditionOperators
{
    private static readonly FrozenDictionary<string, ConditionOperator> Spellings = new Dictionary<string, ConditionOperator>(
        StringComparer.OrdinalIgnoreCase
    )
    {
        ["="] = ConditionOperator.Equal,
        ["=="] = ConditionOperator.Equal,
        ["eq"] = ConditionOperator.Equal,
        ["equals"] = ConditionOperator.Equal,
        ["equal"] = ConditionOperator.Equal,
        ["is"] = ConditionOperator.Equal,
        ["!="] = ConditionOperator.NotEqual,
        ["<>"] = ConditionOperator.NotEqual,
        ["ne"] = ConditionOperator.NotEqual,
        ["neq"] = ConditionOperator.NotEqual,
        ["not_equals"] = ConditionOperator.NotEqual,
        ["not_equal"] = ConditionOperator.NotEqual,
        ["is_not"] = ConditionOperator.NotEqual,
        ["<"] = ConditionOperator.LessThan,
        ["lt"] = ConditionOperator.LessThan,
        ["less_than"] = ConditionOperator.LessThan,
        ["<="] = ConditionOperator.LessOrEqual,
        ["lte"] = ConditionOperator.LessOrEqual,
        ["less_or_equal"] = ConditionOperator.LessOrEqual,
        ["less_than_or_equal"] = ConditionOperator.LessOrEqual,
        [">"] = ConditionOperator.GreaterThan,
        ["gt"] = ConditionOperator.GreaterThan,
        ["greater_than"] = ConditionOperator.GreaterThan,
        [">="] = ConditionOperator.GreaterOrEqual,
        ["gte"] = ConditionOperator.GreaterOrEqual,
        ["greater_or_equal"] = ConditionOperator.GreaterOrEqual,
        ["greater_than_or_equal"] = ConditionOperator.GreaterOrEqual,
        ["in"] = ConditionOperator.In,
        ["not_in"] = ConditionOperator.NotIn,
        ["contains"] = ConditionOperator.Contains,
        ["includes"] = ConditionOperator.Contains,
        ["not_contains"] = ConditionOperator.NotContains,
        ["is_present"] = ConditionOperator.IsPresent,
        ["present"] = ConditionOperator.IsPresent,
        ["exists"] = ConditionOperator.IsPresent,
        ["is_not_empty"] = ConditionOperator.IsPresent,
        ["is_empty"] = ConditionOperator.IsEmpty,
        ["blank"] = ConditionOperator.IsEmpty,
        ["is_blank"] = ConditionOperator.IsEmpty,
        ["not_present"] = ConditionOperator.IsEmpty,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every spelling that is understood.</summary>
    public static IReadOnlyCollection<string> Known => Spellings.Keys;

    /// <summary>Reads an operator.</summary>
    /// <param name="text">The spelling, case-insensitive.</param>
    /// <param name="found">The operator.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string? text, out ConditionOperator found)
    {
        found = default;
        return text is not null && Spellings.TryGetValue(text, out found);
    }
}

/// <summary>A condition on an issue.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(FieldCondition), "field")]
[JsonDerivedType(typeof(ChecklistCondition), "checklist")]
[JsonDerivedType(typeof(AnyCondition), "any")]
[JsonDerivedType(typeof(AllCondition), "all")]
public abstract record Condition
{
    /// <summary>Longest name of a field, in characters.</summary>
    public const int MaxFieldLength = 200;

    private protected Condition() { }

    /// <summary>A field compares with a value.</summary>
    /// <param name="field">
    /// Name of the field, 1 to 200 characters: <c>assignee</c>, <c>priority</c>, <c>custom_fields.severity</c> and so on.
    /// </param>
    /// <param name="compares">How it compares.</param>
    /// <param name="value">
    /// What it compares with: a text, a number, a flag, or a list of those. Null is nothing;
    /// <see cref="ConditionOperator.IsPresent"/> and <see cref="ConditionOperator.IsEmpty"/> take nothing else.
    /// </param>
    /// <returns>The condition, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<Condition> OfField(string field, ConditionOperator compares, JsonElement? value = null)
    {
        if (value is { ValueKind: JsonValueKind.Undefined })
            value = null;

        List<ErrorDetail> errors = [];
        if (UnicodeText.IsBlank(field) || UnicodeText.Length(field) > MaxFieldLength)
            errors.Add(new("field", $"A condition must name a field with 1 to {MaxFieldLength} characters."));
        if (!Enum.IsDefined(compares))
            errors.Add(new("operator", $"{(int)compares} is not a valid operator."));
        else if (compares is ConditionOperator.IsPresent or ConditionOperator.IsEmpty && value is not null)
            errors.Add(new("value", $"The operator {WireName.Of(compares)} takes no value."));
        return errors.Count > 0 ? Error.Validation(errors) : new FieldCondition(field, compares, value);
    }

    /// <summary>A checklist is complete, or is not.</summary>
    /// <param name="checklist">Id of a checklist of the workflow; case matters.</param>
    /// <param name="complete">What must hold.</param>
    /// <returns>The condition, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<Condition> OfChecklist(string checklist, bool complete = true) =>
        UnicodeText.IsBlank(checklist)
            ? Error.Validation("checklist", "A condition must name a checklist.")
            : new ChecklistCondition(checklist, complete);

    /// <summary>At least one of several conditions holds.</summary>
    /// <param name="conditions">The conditions; an empty list never holds.</param>
    /// <returns>The condition, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<Condition> AnyOf(params IReadOnlyList<Condition> conditions) =>
        Validate(conditions) is { } error ? error : new AnyCondition([.. conditions]);

    /// <summary>All of several conditions hold.</summary>
    /// <param name="conditions">The conditions; an empty list always holds.</param>
    /// <returns>The condition, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<Condition> AllOf(params IReadOnlyList<Condition> conditions) =>
        Validate(conditions) is { } error ? error : new AllCondition([.. conditions]);

    private static Error? Validate(IReadOnlyList<Condition> conditions) =>
        conditions is null || conditions.Any(c => c is null)
            ? Error.Validation("conditions", "The conditions must be a list without null.")
            : null;
}

/// <summary>A field compares with a value.</summary>
/// <param name="Field">Name of the field: <c>assignee</c>, <c>priority</c>, <c>custom_fields.severity</c> and so on.</param>
/// <param name="Operator">How it compares.</param>
/// <param name="Value">What it compares with; null where the operator needs nothing.</param>
internal sealed record FieldCondition(string Field, ConditionOperator Operator, JsonElement? Value) : Condition
{
    /// <inheritdoc/>
    public override string ToString() =>
        Value is { } value ? $"{Field} {WireName.Of(Operator)} {value}" : $"{Field} {WireName.Of(Operator)}";
}

/// <summary>A checklist is complete, or is not.</summary>
/// <param name="Checklist">Id of the checklist.</param>
/// <param name="Complete">What must hold.</param>
internal sealed record ChecklistCondition(string Checklist, bool Complete) : Condition;

/// <summary>At least one condition holds.</summary>
/// <param name="Conditions">The conditions.</param>
internal sealed record AnyCondition(IReadOnlyList<Condition> Conditions) : Condition;

/// <summary>All conditions hold.</summary>
/// <param name="Conditions">The conditions.</param>
internal sealed record AllCondition(IReadOnlyList<Condition> Conditions) : Condition;
