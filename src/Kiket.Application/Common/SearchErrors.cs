using Kiket.Domain.Common;

namespace Kiket.Application.Common;

internal static class SearchErrors
{
    /// <summary>A search that looks for nothing finds neither everything nor nothing: the caller made a mistake.</summary>
    public static readonly Error Blank = Error.InvalidParameter("search", "search must contain at least one visible character.");
}
