namespace Kiket.Domain.Workflows;

/// <summary>The fields that the conditions and required fields of a workflow can name.</summary>
/// <param name="builtIn">Names of the fields that every issue has.</param>
/// <param name="custom">Keys of the custom fields; empty when issues may have any.</param>
internal sealed class FieldNames(IReadOnlySet<string> builtIn, IReadOnlyCollection<string> custom)
{
    internal const string CustomPrefix = "custom_fields.";

    /// <summary>Whether a condition can name a field.</summary>
    /// <param name="field">Its name, perhaps after <c>issue.</c>; custom fields after <c>custom_fields.</c>.</param>
    public bool Contains(string field)
    {
        ArgumentNullException.ThrowIfNull(field);
        var name = field.StartsWith("issue.", StringComparison.Ordinal) ? field["issue.".Length..] : field;
        return name.StartsWith(CustomPrefix, StringComparison.Ordinal)
            ? custom.Count == 0 || custom.Contains(name[CustomPrefix.Length..])
            : builtIn.Contains(name);
    }

    /// <summary>The whole name of a required field, which may leave out the prefix of custom fields.</summary>
    internal string WholeNameOf(string field) =>
        builtIn.Contains(field) || field.Contains('.', StringComparison.Ordinal) ? field : CustomPrefix + field;
}
