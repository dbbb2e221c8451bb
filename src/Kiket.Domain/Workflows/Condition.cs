using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiket.Domain.Workflows;

/// <summary>How a condition compares. Source: contract, section 19.</summary>
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
public static class ConditionOperators
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
    /// <param name="text">The spelling, upper and lower case alike.</param>
    /// <param name="found">The operator.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string? text, out ConditionOperator found)
    {
        found = default;
        return text is not null && Spellings.TryGetValue(text, out found);
    }
}

/// <summary>Something that must hold of an issue.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(FieldCondition), "field")]
[JsonDerivedType(typeof(ChecklistCondition), "checklist")]
[JsonDerivedType(typeof(AnyCondition), "any")]
[JsonDerivedType(typeof(AllCondition), "all")]
public abstract record Condition;

/// <summary>A field compares with a value.</summary>
/// <param name="Field">Name of the field: <c>assignee</c>, <c>priority</c>, <c>custom_fields.severity</c> and so on.</param>
/// <param name="Operator">How it compares.</param>
/// <param name="Value">What it compares with; null where the operator needs nothing.</param>
public sealed record FieldCondition(string Field, ConditionOperator Operator, JsonElement? Value) : Condition
{
    /// <inheritdoc/>
    public override string ToString() =>
        Value is { } value ? $"{Field} {Common.WireName.Of(Operator)} {value}" : $"{Field} {Common.WireName.Of(Operator)}";
}

/// <summary>A checklist is complete, or is not.</summary>
/// <param name="Checklist">Id of the checklist.</param>
/// <param name="Complete">What must hold.</param>
public sealed record ChecklistCondition(string Checklist, bool Complete) : Condition;

/// <summary>At least one condition holds.</summary>
/// <param name="Conditions">The conditions.</param>
public sealed record AnyCondition(IReadOnlyList<Condition> Conditions) : Condition;

/// <summary>All conditions hold.</summary>
/// <param name="Conditions">The conditions.</param>
public sealed record AllCondition(IReadOnlyList<Condition> Conditions) : Condition;
