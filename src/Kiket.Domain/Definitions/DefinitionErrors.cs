using Kiket.Domain.Common;

namespace Kiket.Domain.Definitions;

/// <summary>The refusals about definition packs.</summary>
internal static class DefinitionErrors
{
    /// <summary><c>DEFINITION_INVALID</c>: files of a pack are not valid, so nothing of it is applied.</summary>
    /// <param name="errors">Every error, at least one.</param>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public static Error Invalid(IReadOnlyList<DefinitionNote> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (errors.Count == 0)
            throw new ArgumentException("At least one error is required.", nameof(errors));
        var first = $"{errors[0].Place}: {errors[0].Message}";
        return new(
            ErrorKind.Invalid,
            ServerErrorCodes.DefinitionInvalid,
            errors.Count == 1 ? first : $"{errors.Count} errors. First: {first}"
        )
        {
            Details =
            [
                .. errors.Select(f => new ErrorDetail(f.Place, f.Message)
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
