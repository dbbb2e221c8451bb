using Kiket.Domain.Common;

namespace Kiket.Application.Common;

internal static class SearchErrors
{
    /// <summary>An empty search is a caller's mistake, so it returns an error and not every row or none.</summary>
    public static readonly Error Blank = Error.InvalidParameter("search", "search must contain at least one visible character.");
}
