using Kiket.Application.Ports;
using Kiket.Domain.Projects;

namespace Kiket.Api.Authentication;

/// <summary>Whether a route belongs to the API of extensions, where a request is about the extension's own project.</summary>
/// <param name="Root">Path that its resources have in common.</param>
/// <param name="Project">The project of a request that names none, or null.</param>
internal readonly record struct RouteScope(string Root, ProjectRef? Project)
{
    private const string Api = "/api/v1";
    private const string Ext = Api + "/ext";

    public static ValueTask<RouteScope> BindAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments(Ext))
            return ValueTask.FromResult(new RouteScope(Api, null));
        var extension = context.RequestServices.GetRequiredService<ICurrentActor>().Extension;
        return ValueTask.FromResult(new RouteScope(Ext, extension?.ProjectId is { } project ? ProjectRef.Of(project) : null));
    }
}
