using System.Text.Json;

namespace Kiket.Domain.Common;

/// <summary>One field before and after.</summary>
/// <param name="Field">Wire name of the field, such as <c>assignee_id</c> or <c>custom_fields.severity</c>.</param>
/// <param name="From">What it was; null for nothing.</param>
/// <param name="To">What it is; null for nothing.</param>
public sealed record FieldChange(string Field, JsonElement? From, JsonElement? To);
