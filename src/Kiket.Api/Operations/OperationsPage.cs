using Kiket.Application.Common;
using Kiket.Domain.Common;
using MediatR;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Kiket.Api.Operations;

/// <summary>A page that first loads what it shows and is then rendered, once.</summary>
public abstract class OperationsPage : IComponent
{
    private RenderHandle handle;

    [CascadingParameter]
    internal Visit Visit { get; set; } = null!;

    [Inject]
    internal IMediator Mediator { get; set; } = null!;

    [Inject]
    internal TimeProvider Time { get; set; } = null!;

    public void Attach(RenderHandle renderHandle) => handle = renderHandle;

    public async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        await LoadAsync();
        handle.Render(BuildRenderTree);
    }

    /// <summary>Reads what the page shows.</summary>
    protected virtual Task LoadAsync() => Task.CompletedTask;

    /// <summary>The markup of the page.</summary>
    protected virtual void BuildRenderTree(RenderTreeBuilder builder) { }

    private protected Task<T> ReadAsync<T>(IQuery<Result<T>> query) => SendAsync(query);

    private protected async Task<T> SendAsync<T>(IRequest<Result<T>> request)
    {
        var answer = await Mediator.Send(request, Visit.Context.RequestAborted);
        return answer.Error is { } error ? throw new RefusedException(error) : answer.Value;
    }
}
