namespace Kiket.Domain.Common;

/// <summary>The old and the new value of a field.</summary>
/// <param name="Field">Wire name of the field, such as <c>assignee_id</c> or <c>custom_fields.severity</c>.</param>
/// <param name="From">
/// What it was: a text, number, flag, day, id or list, or the JSON of a custom field; null for nothing.
/// </param>
/// <param name="To">What it is; null for nothing.</param>
/// <remarks>Values that come back from a store are JSON.</remarks>
public sealed record FieldChange(string Field, object? From, object? To);
