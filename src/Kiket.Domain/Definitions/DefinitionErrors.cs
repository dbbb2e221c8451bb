using Kiket.Domain.Common;

namespace Kiket.Domain.Definitions;

/// <summary>The refusals about definition packs.</summary>
internal static class DefinitionErrors
{
    /// <summary><c>DEFINITION_INVALID</c>: files of a pack are not valid, so nothing of it is applied.</summary>
    /// <param name="faults">Every fault, at least one.</param>
    /// <exception cref="ArgumentException">There is no fault.</exception>
    public static Error Invalid(IReadOnlyList<DefinitionNote> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        if (faults.Count == 0)
            throw new ArgumentException("At least one error is required.", nameof(faults));
        var first = $"{faults[0].Place}: {faults[0].Message}";
        return new(
            ErrorKind.Invalid,
            ErrorCodes.DefinitionInvalid,
            faults.Count == 1 ? first : $"{faults.Count} errors. First: {first}"
        )
        {
            Details =
            [
                .. faults.Select(f => new ErrorDetail(f.Place, f.Message)
                {
                    File = f.File,
                    Line = f.Line,
                    Column = f.Column,
                }),
            ],
        };
    }

    /// <summary><c>VALIDATION_ERROR</c>: nothing in the files or the request says which project they are about.</summary>
    public static Error KeyMissing => Error.Validation("project_key", "The files contain no project.yaml; specify project_key.");

    /// <summary><c>VALIDATION_ERROR</c>: the key is malformed.</summary>
    /// <param name="key">What was given.</param>
    public static Error InvalidKey(string key) =>
        Error.Validation(
            "project_key",
            $"'{key}' is not a valid project key: an upper-case letter followed by upper-case letters and digits."
        );
}
